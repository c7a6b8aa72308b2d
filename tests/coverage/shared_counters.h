/* SPDX-License-Identifier: BSD-2-Clause */
/* The coverage of a program that runs the code in many processes. Only `make coverage` links it. */
#pragma once

/* Adds what this process has counted, once, before it ends by _exit(). */
void shared_counters_add(void) __attribute__((weak));
