/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory map: that it is consistent, and correct for the image. */
#include "handover.h"
#include "report.h"

#define NEAR_GAP 0x200000

static struct extent extent_of(const struct memmap_entry *entry)
{
    return (struct extent){entry->addr, entry->addr + entry->size};
}

bool memmap_covers(const struct handover *handover, enum memmap_type type, struct extent extent)
{
    uint64_t covered = extent.start;
    bool moved = true;

    while (moved && covered < extent.end) {
        moved = false;
        for (uint32_t i = 0; i < handover->memmap_entries; i++) {
            struct extent entry = extent_of(&handover->memmap[i]);
            if (handover->memmap[i].type == type && entry.start <= covered && covered < entry.end) {
                covered = entry.end;
                moved = true;
            }
        }
    }
    return covered >= extent.end;
}

bool memmap_touches(const struct handover *handover, enum memmap_type type, struct extent extent)
{
    for (uint32_t i = 0; i < handover->memmap_entries; i++)
        if (handover->memmap[i].type == type &&
            extent_overlaps(extent, extent_of(&handover->memmap[i])))
            return true;
    return false;
}

static bool is_known_type(uint32_t type)
{
    return type == MEMMAP_RAM || type == MEMMAP_RESERVED || type == MEMMAP_ACPI ||
           type == MEMMAP_NVS || type == MEMMAP_UNUSABLE || type == MEMMAP_PERSISTENT;
}

static bool has_bounds(const struct memmap_entry *entry)
{
    return entry->size != 0 && entry->addr + entry->size > entry->addr;
}

static bool is_valid_type(const struct memmap_entry *entry)
{
    return is_known_type(entry->type);
}

static bool is_reserved_zero(const struct memmap_entry *entry)
{
    return entry->reserved == 0;
}

static bool keeps_legacy_hole(const struct memmap_entry *entry)
{
    const struct extent hole = {LEGACY_HOLE_START, LEGACY_HOLE_END};
    return entry->type != MEMMAP_RAM || !extent_overlaps(extent_of(entry), hole);
}

static void check_entries(const struct handover *handover, const char *name,
                          bool (*rule)(const struct memmap_entry *entry))
{
    for (uint32_t i = 0; i < handover->memmap_entries; i++) {
        const struct memmap_entry *entry = &handover->memmap[i];
        if (!rule(entry)) {
            check_failed(name, "entry %u: type %u reserved 0x%x 0x%llx+0x%llx", i, entry->type,
                         entry->reserved, entry->addr, entry->size);
            return;
        }
    }
    check_passed(name);
}

static bool is_sorted(const struct memmap_entry *entry, const struct memmap_entry *next)
{
    return entry->addr < next->addr;
}

/* All pairs are checked, since the table may be unsorted. */
static bool is_disjoint(const struct memmap_entry *entry, const struct memmap_entry *other)
{
    return !extent_overlaps(extent_of(entry), extent_of(other));
}

static bool is_merged(const struct memmap_entry *entry, const struct memmap_entry *other)
{
    return entry->type != other->type ||
           (entry->addr + entry->size != other->addr && other->addr + other->size != entry->addr);
}

static void check_pairs(const struct handover *handover, const char *name,
                        bool (*rule)(const struct memmap_entry *, const struct memmap_entry *))
{
    for (uint32_t j = 0; j < handover->memmap_entries; j++) {
        for (uint32_t i = 0; i < j; i++) {
            const struct memmap_entry *entry = &handover->memmap[i], *other = &handover->memmap[j];
            if (!rule(entry, other)) {
                check_failed(name, "entries %u and %u: 0x%llx+0x%llx and 0x%llx+0x%llx", i, j,
                             entry->addr, entry->size, other->addr, other->size);
                return;
            }
        }
    }
    check_passed(name);
}

static void report_memmap(const struct handover *handover)
{
    for (uint32_t i = 0; i < handover->memmap_entries; i++) {
        struct extent entry = extent_of(&handover->memmap[i]);
        report("e820 %u 0x%llx 0x%llx", handover->memmap[i].type, entry.start, entry.end);
    }
}

/* A gap of up to 2 MiB before a segment belongs to the kernel; a larger one to nobody. */
static struct extent needed_for(const struct handover *handover, uint32_t number)
{
    const struct image_table *table = handover->table;
    const struct image_segment *segment = &table->segment[number];
    uint32_t below = 0;

    for (uint32_t i = 0; i < table->segments; i++) {
        uint32_t end = table->segment[i].offset + table->segment[i].mem_size;

        if (end <= segment->offset && end > below)
            below = end;
    }
    if (segment->offset - below > NEAR_GAP)
        below = segment->offset;
    return (struct extent){handover->image.start + below,
                           handover->image.start + segment->offset + segment->mem_size};
}

static void check_image_in_ram(const struct handover *handover)
{
    struct extent part = {0, 0};
    bool covered = true;

    for (uint32_t i = 0; i < handover->table->segments && covered; i++) {
        part = needed_for(handover, i);
        covered = memmap_covers(handover, MEMMAP_RAM, part);
    }
    check(covered, "image-in-ram", "0x%llx..0x%llx is not all RAM", part.start, part.end);
}

void check_memmap(const struct handover *handover)
{
    const struct extent low = {0, LEGACY_HOLE_START};
    uint32_t entries = handover->memmap_entries;

    report_memmap(handover);
    check(entries >= MEMMAP_MIN_ENTRIES && entries <= MEMMAP_MAX_ENTRIES, "memmap-entries",
          "%u that can be read", entries);
    if (entries == 0)
        return;
    check_entries(handover, "memmap-bounds", has_bounds);
    check_entries(handover, "memmap-types", is_valid_type);
    check_entries(handover, "memmap-reserved", is_reserved_zero);
    check_entries(handover, "memmap-legacy-hole", keeps_legacy_hole);
    check_pairs(handover, "memmap-sorted", is_sorted);
    check_pairs(handover, "memmap-disjoint", is_disjoint);
    check_pairs(handover, "memmap-merged", is_merged);
    check(memmap_touches(handover, MEMMAP_RAM, low), "memmap-low-ram", "no RAM below 0x%llx",
          low.end);
    check_image_in_ram(handover);
}
