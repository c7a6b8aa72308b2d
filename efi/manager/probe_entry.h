/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "common/bls/entry.h"

/*
 * Looks whether an entry's files are there and its kernel has a PVH entry, as far as its first
 * bytes tell: a compressed one is not unpacked for it. Sets entry->problem, in the arena.
 */
void probe_entry(struct boot_entry *entry, struct arena *arena);
