/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All variables of this program as they were, so that a process can execute one run after another:
 * where fork() and page faults are slow, as in virtual machines, a process for each run takes
 * several times as long as the run. Not in it are the heap, which runs leave behind, and libraries:
 * the address sanitizer's has to be a shared one.
 */
#pragma once

/* Keeps a copy of them. Called once, before the first run. */
void pristine_keep(void);

/* Makes them what they were then. */
void pristine_restore(void);
