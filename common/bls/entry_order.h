/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The order of a menu, after the Boot Loader Specification: the best first, exhausted ones last.
 * Two `struct boot_entry` for sort(); no two files compare as equal.
 */
int entry_compare(const void *a, const void *b);
