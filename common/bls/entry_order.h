/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The menu's order as the Boot Loader Specification defines it: best first, exhausted entries last.
 * Compares two `struct boot_entry` for sort(); no two entries compare equal.
 */
int entry_compare(const void *a, const void *b);
