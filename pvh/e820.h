/* SPDX-License-Identifier: BSD-2-Clause */
/* The E820 table: the memory map as the kernel gets it. */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/base/range.h"
#include "pvh/memory_map.h"
#include "pvh/start_info.h"

struct e820_table {
    struct hvm_memmap_entry *entries; /* sorted by address */
    size_t capacity;                  /* one entry for each range of the memory map */
    size_t count;                     /* at most E820_MAX_ENTRIES */
    size_t ram_count;                 /* entries that are RAM */
    uint64_t lost;                    /* bytes of RAM dropped to stay within the limit */
    size_t lost_pieces;               /* entries that these were in */
};

/* Allocates a table for `map`. Fails with ERROR_OUT_OF_MEMORY. */
bool e820_reserve(struct e820_table *table, struct arena *arena, const struct memory_map *map,
                  struct error *ret_error);

/*
 * Fills `table`. RAM that overlaps one of the `needed` ranges (sorted by address) or is below
 * 640 KiB is never dropped. Allocates nothing. Fails with ERROR_MAP_TOO_LARGE or
 * ERROR_MAP_FRAGMENTED.
 */
bool e820_build(struct e820_table *table, const struct memory_map *map, const struct range *needed,
                size_t needed_count, struct error *ret_error);
