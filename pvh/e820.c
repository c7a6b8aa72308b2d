/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/e820.h"

#include "pvh/limits.h"

/* Internal type of entries that are dropped from the table. */
#define E820_DROPPED 0

static uint32_t e820_type(enum memory_class class)
{
    switch (class) {
    case MEMORY_CONVENTIONAL:
    case MEMORY_BOOT_SERVICES_CODE:
    case MEMORY_BOOT_SERVICES_DATA:
    case MEMORY_LOADER_CODE:
    case MEMORY_LOADER_DATA:
    case MEMORY_OVERRIDDEN:
        return HVM_MEMMAP_RAM;
    case MEMORY_PERSISTENT:
        return HVM_MEMMAP_PMEM;
    case MEMORY_LARGE_MMIO:
    case MEMORY_ISA_HOLE:
        return E820_DROPPED;
    case MEMORY_ACPI:
        return HVM_MEMMAP_ACPI;
    case MEMORY_NVS:
        return HVM_MEMMAP_NVS;
    case MEMORY_UNUSABLE:
        return HVM_MEMMAP_UNUSABLE;
    default:
        return HVM_MEMMAP_RESERVED;
    }
}

static uint64_t entry_end(const struct hvm_memmap_entry *entry)
{
    return entry->addr + entry->size;
}

static struct range entry_range(const struct hvm_memmap_entry *entry)
{
    return (struct range){entry->addr, entry_end(entry)};
}

/* Appends an entry above all others, or extends the last one. */
static void append_entry(struct e820_table *table, struct hvm_memmap_entry entry)
{
    struct hvm_memmap_entry *last = table->count ? &table->entries[table->count - 1] : NULL;

    if (entry.type == E820_DROPPED)
        return;
    if (last && last->type == entry.type && entry_end(last) == entry.addr)
        last->size += entry.size;
    else
        table->entries[table->count++] = entry;
}

static void convert_ranges(struct e820_table *table, const struct memory_map *map)
{
    table->count = 0;
    for (size_t i = 0; i < map->count; i++) {
        const struct memory_range *range = &map->ranges[i];

        append_entry(table, (struct hvm_memmap_entry){
                                .addr = range->range.start,
                                .size = range_size(range->range),
                                .type = e820_type(range->class),
                            });
    }
}

/* Removes dropped entries and merges adjacent entries of the same type. */
static void merge_entries(struct e820_table *table)
{
    size_t count = table->count;

    table->count = 0;
    for (size_t i = 0; i < count; i++)
        append_entry(table, table->entries[i]);
}

/*
 * The ranges that must stay RAM: the span, the boot info, each module. They are sorted by address,
 * so that one pass over them and the table is enough, even for a thousand modules.
 */
struct needed_cursor {
    const struct range *ranges;
    size_t count;
    size_t next;
};

static bool is_needed(struct needed_cursor *needed, struct range entry)
{
    if (entry.start < LOW_RAM_END)
        return true;
    while (needed->next < needed->count && needed->ranges[needed->next].end <= entry.start)
        needed->next++;
    return needed->next < needed->count && range_overlaps(needed->ranges[needed->next], entry);
}

/*
 * The smallest size such that at least `excess` unneeded RAM entries are not larger. A binary
 * search over sizes, because sorting would need memory.
 */
static uint64_t find_size_limit(const struct e820_table *table, struct needed_cursor needed,
                                size_t excess)
{
    uint64_t low = 0;
    uint64_t high = UINT64_MAX / 2;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        size_t smaller = 0;

        needed.next = 0;
        for (size_t i = 0; i < table->count; i++) {
            const struct hvm_memmap_entry *entry = &table->entries[i];

            if (entry->type == HVM_MEMMAP_RAM && !is_needed(&needed, entry_range(entry)))
                smaller += entry->size <= middle;
        }
        if (smaller >= excess)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* The new type of a dropped RAM entry: that of its neighbours if they agree, or else a hole. */
static uint32_t type_when_dropped(const struct e820_table *table, size_t index)
{
    const struct hvm_memmap_entry *entry = &table->entries[index];
    const struct hvm_memmap_entry *before = index > 0 ? entry - 1 : NULL;
    const struct hvm_memmap_entry *after = index + 1 < table->count ? entry + 1 : NULL;

    if (before && after && before->type == after->type && before->type != HVM_MEMMAP_RAM &&
        entry_end(before) == entry->addr && entry_end(entry) == after->addr)
        return before->type;
    return E820_DROPPED;
}

/* Drops at most `most` unneeded RAM entries of `smallest` to `largest` bytes; returns how many. */
static size_t drop_sizes(struct e820_table *table, struct needed_cursor needed, uint64_t smallest,
                         uint64_t largest, size_t most)
{
    size_t dropped = 0;

    needed.next = 0;
    for (size_t i = 0; i < table->count && dropped < most; i++) {
        struct hvm_memmap_entry *entry = &table->entries[i];

        if (entry->type != HVM_MEMMAP_RAM || entry->size < smallest || entry->size > largest ||
            is_needed(&needed, entry_range(entry)))
            continue;
        table->lost += entry->size;
        table->lost_pieces++;
        entry->type = type_when_dropped(table, i);
        dropped++;
    }
    return dropped;
}

/* Drops the `excess` smallest unneeded RAM entries, or all if there are fewer. */
static size_t drop_ram(struct e820_table *table, struct needed_cursor needed, size_t excess)
{
    uint64_t limit = find_size_limit(table, needed, excess);
    size_t dropped = 0;

    /* First all that are smaller than the limit, then as many of that size as necessary. */
    if (limit > 0)
        dropped = drop_sizes(table, needed, 0, limit - 1, excess);
    dropped += drop_sizes(table, needed, limit, limit, excess - dropped);
    merge_entries(table);
    return dropped;
}

/* True if two neighbours can be joined to one reserved entry that includes the gap between them. */
static bool can_join(const struct hvm_memmap_entry *low, const struct hvm_memmap_entry *high)
{
    return low->type != HVM_MEMMAP_RAM && high->type != HVM_MEMMAP_RAM;
}

/* Counts the gaps of at most `limit` bytes between entries that can be joined. */
static size_t count_gaps(const struct e820_table *table, uint64_t limit)
{
    size_t count = 0;

    for (size_t i = 1; i < table->count; i++) {
        const struct hvm_memmap_entry *entry = &table->entries[i];

        count += can_join(entry - 1, entry) && entry->addr - entry_end(entry - 1) <= limit;
    }
    return count;
}

/* The smallest size such that `excess` or more gaps are not larger; UINT64_MAX if there is none. */
static uint64_t find_gap_limit(const struct e820_table *table, size_t excess)
{
    uint64_t low = 0;
    uint64_t high = UINT64_MAX;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        if (count_gaps(table, middle) >= excess)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Joins entries across all gaps below `limit` bytes and the first `most` gaps of that size. */
static void join_gaps(struct e820_table *table, uint64_t limit, size_t most)
{
    size_t count = table->count;

    table->count = 1;
    for (size_t i = 1; i < count; i++) {
        struct hvm_memmap_entry *low = &table->entries[table->count - 1];
        struct hvm_memmap_entry high = table->entries[i];
        uint64_t gap = high.addr - entry_end(low);

        if (!can_join(low, &high) || gap > limit || (gap == limit && most == 0)) {
            table->entries[table->count++] = high;
            continue;
        }
        most -= gap == limit;
        low->size = entry_end(&high) - low->addr;
        low->type = HVM_MEMMAP_RESERVED;
    }
}

/*
 * The last resort, for maps with more than 126 pieces of reserved memory: joins neighbours to
 * reserved entries, across the smallest gaps first. Nothing becomes RAM.
 */
static bool join_reserved(struct e820_table *table)
{
    size_t excess, narrower;
    uint64_t limit;

    if (table->count <= E820_MAX_ENTRIES)
        return true;
    excess = table->count - E820_MAX_ENTRIES;
    limit = find_gap_limit(table, excess);
    narrower = limit > 0 ? count_gaps(table, limit - 1) : 0;
    join_gaps(table, limit, excess - narrower);
    if (table->count > E820_MAX_ENTRIES)
        return false;
    merge_entries(table); /* joined entries may touch reserved ones */
    return true;
}

static size_t count_ram(const struct e820_table *table)
{
    size_t count = 0;

    for (size_t i = 0; i < table->count; i++)
        count += table->entries[i].type == HVM_MEMMAP_RAM;
    return count;
}

bool e820_reserve(struct e820_table *table, struct arena *arena, const struct memory_map *map,
                  struct error *ret_error)
{
    *table = (struct e820_table){.capacity = map->capacity};
    table->entries = arena_alloc(arena, table->capacity, sizeof(*table->entries));
    if (!table->entries)
        return error_set(ret_error, ERROR_OUT_OF_MEMORY, table->capacity * sizeof(*table->entries));
    return true;
}

bool e820_build(struct e820_table *table, const struct memory_map *map, const struct range *needed,
                size_t needed_count, struct error *ret_error)
{
    struct needed_cursor cursor = {needed, needed_count, 0};

    if (map->count > table->capacity)
        return error_set(ret_error, ERROR_MAP_TOO_LARGE, map->count, table->capacity);
    table->lost = 0;
    table->lost_pieces = 0;
    convert_ranges(table, map);
    while (table->count > E820_MAX_ENTRIES) {
        /* Dropping an entry between two of one type saves two entries: begin with half. */
        size_t excess = (table->count - E820_MAX_ENTRIES + 1) / 2;

        if (drop_ram(table, cursor, excess) == 0)
            break;
    }
    if (!join_reserved(table))
        return error_set(ret_error, ERROR_MAP_FRAGMENTED, table->count, E820_MAX_ENTRIES);
    table->ram_count = count_ram(table);
    return true;
}
