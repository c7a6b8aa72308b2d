/* SPDX-License-Identifier: BSD-2-Clause */
/* Unique labels for the menu. */
#pragma once

#include "common/bls/entry.h"

/*
 * Gives each entry a printable label: its title, or else its ID. Where several entries have the
 * same label, version, machine ID, ID and file name are appended in turn until they differ. False
 * when out of memory. O(n log n).
 */
bool entries_make_labels(struct boot_entry *entries, size_t count, struct arena *arena);
