/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "common/bls/entry.h"

/*
 * Checks that the files of an entry exist and that its kernel has a PVH entry point, as far as a
 * few reads tell: a compressed kernel is not unpacked; without `decode` only that it exists. On
 * failure sets entry->problem, in the arena.
 */
void probe_entry(struct boot_entry *entry, bool decode, struct arena *arena);
