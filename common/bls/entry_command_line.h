/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What kernels and programs are passed: the booted entry's name, for loader.conf's pass-entry, and
 * the profile of a unified kernel image.
 */
#pragma once

#include "common/bls/entry.h"

/*
 * Returns `command_line` with the entry's ID appended and, if its boots are counted, its file's
 * path: a kernel started through PVH has no access to EFI variables. Names with spaces are quoted.
 * In the arena; NULL when out of memory.
 */
const char *entry_command_line(const struct boot_entry *entry, const char *command_line,
                               struct arena *arena);

/*
 * The options for the EFI program of an entry: `edited`, or those of the entry where it is NULL.
 * "@N" in front of them tells a unified kernel image which profile to start; its own command line
 * is not passed unless it was edited. In the arena, or the caller's; NULL when out of memory.
 */
const char *entry_load_options(const struct boot_entry *entry, const char *edited,
                               struct arena *arena);

/* False when quoting cannot protect the file name: it contains a quote or a control character. */
bool entry_can_be_passed(const struct boot_entry *entry);
