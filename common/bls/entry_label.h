/* SPDX-License-Identifier: BSD-2-Clause */
/* What a menu calls its entries: no two alike. */
#pragma once

#include "common/bls/entry.h"

/*
 * Gives each entry a label that can be shown: its title, else its ID, with version, machine ID, ID
 * or file name behind it where others have the same. False when memory is short. Takes n log n.
 */
bool entries_make_labels(struct boot_entry *entries, size_t count, struct arena *arena);
