/* SPDX-License-Identifier: BSD-2-Clause */
/* The E820 table that the kernel gets of the memory map. */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/base/range.h"
#include "pvh/memory_map.h"
#include "pvh/start_info.h"

struct e820_table {
    struct hvm_memmap_entry *entries; /* room for every range of the map */
    size_t capacity;
    size_t count; /* at most E820_MAX_ENTRIES */
    size_t ram_count;
    uint64_t lost; /* bytes of RAM given up to stay within the limit */
    size_t lost_pieces;
};

bool e820_reserve(struct e820_table *table, struct arena *arena, const struct memory_map *map,
                  struct error *ret_error);

/*
 * Fills `table`. RAM that touches one of the `needed` ranges, or lies below 640 KiB, is never given
 * up. Allocates nothing.
 */
bool e820_build(struct e820_table *table, const struct memory_map *map, const struct range *needed,
                size_t needed_count, struct error *ret_error);
