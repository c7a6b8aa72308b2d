/* SPDX-License-Identifier: BSD-2-Clause */
/* Passing the booted entry's name to the kernel, for loader.conf's pass-entry. */
#pragma once

#include "common/bls/entry.h"

/*
 * Returns `command_line` with the entry's ID appended and, if its boots are counted, its file's
 * path: a kernel started through PVH has no access to EFI variables. Names with spaces are quoted.
 * In the arena; NULL when out of memory.
 */
const char *entry_command_line(const struct boot_entry *entry, const char *command_line,
                               struct arena *arena);

/* False when quoting cannot protect the file name: it contains a quote or a control character. */
bool entry_can_be_passed(const struct boot_entry *entry);
