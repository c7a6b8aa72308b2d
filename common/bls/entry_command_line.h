/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel is told of its entry. */
#pragma once

#include "common/bls/entry.h"

/*
 * The command line with the entry's ID behind it and, where its boots are counted, its file's path:
 * a kernel that was started through PVH cannot ask the firmware for them. Names with spaces are
 * quoted. NULL when memory is short.
 */
const char *entry_pass(const struct boot_entry *entry, const char *command_line,
                       struct arena *arena);

/* False for names that no quotes hold together: with a quote in them, or a control character. */
bool entry_can_be_passed(const struct boot_entry *entry);
