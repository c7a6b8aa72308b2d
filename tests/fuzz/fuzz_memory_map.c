/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer: what GetMemoryMap returned. The first byte is the descriptors' size, the second how
 * many of them, counted from the end, are PCI windows instead.
 */
#include "tests/fuzz/fuzz_text.h"

#include "pvh/e820.h"
#include "pvh/limits.h"
#include "pvh/memory_map.h"

#define DESCRIPTOR_SIZE 40
#define MAX_WINDOWS     4
#define SPECIFIC        UINT64_C(0x40000)

static bool may_be_ram(const struct memory_descriptor *descriptor)
{
    switch (descriptor->type) {
    case 1: /* loader and boot services, code and data; conventional: UEFI 2.10, table 7.10 */
    case 2:
    case 3:
    case 4:
    case 7:
        return !(descriptor->attributes & SPECIFIC);
    default:
        return false;
    }
}

static void require_map(const struct memory_map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        const struct memory_range *range = &map->ranges[i];

        require(range->range.start % PAGE_SIZE == 0 && range->range.end % PAGE_SIZE == 0);
        require(range_size(range->range) > 0 && *memory_class_name(range->class));
        require(i == 0 || range->range.start >= range[-1].range.end);
        require(memory_map_find(map, range->range.start) == range);
        require(memory_map_find(map, range->range.end - 1) == range);
    }
}

/* Nothing that a descriptor calls other than RAM is RAM. */
static void require_no_false_ram(struct range ram, const struct firmware_map *firmware)
{
    require(!range_overlaps(ram, isa_hole));
    for (size_t i = 0; i < firmware->size / firmware->stride; i++) {
        struct memory_descriptor descriptor = memory_map_descriptor(firmware, i);
        struct range range = {descriptor.start, UINT64_MAX};
        uint64_t size, end;

        if (checked_mul(descriptor.pages, PAGE_SIZE, &size) &&
            checked_add(descriptor.start, size, &end))
            range.end = end;
        require(may_be_ram(&descriptor) || !range_overlaps(ram, range));
    }
}

static void require_table(const struct e820_table *table, const struct firmware_map *firmware)
{
    size_t ram = 0;

    require(table->count <= E820_MAX_ENTRIES);
    for (size_t i = 0; i < table->count; i++) {
        const struct hvm_memmap_entry *entry = &table->entries[i];

        require(entry->size > 0 && entry->size <= UINT64_MAX - entry->addr);
        require((entry->type >= 1 && entry->type <= 5) || entry->type == 7);
        require(i == 0 || entry->addr >= entry[-1].addr + entry[-1].size);
        ram += entry->type == HVM_MEMMAP_RAM;
        if (entry->type == HVM_MEMMAP_RAM)
            require_no_false_ram((struct range){entry->addr, entry->addr + entry->size}, firmware);
    }
    require(ram == table->ram_count);
}

static size_t take_windows(const struct firmware_map *firmware, size_t count, struct range *windows)
{
    size_t descriptors = firmware->size / firmware->stride;
    size_t taken = 0;

    for (; taken < count && taken < descriptors && taken < MAX_WINDOWS; taken++) {
        struct memory_descriptor descriptor =
            memory_map_descriptor(firmware, descriptors - 1 - taken);

        windows[taken] = (struct range){descriptor.start, descriptor.attributes};
    }
    return taken;
}

static void build(const struct firmware_map *firmware, const struct map_overlays *overlays,
                  struct arena *arena)
{
    size_t room = firmware->stride ? firmware->size / firmware->stride : 1;
    struct error error;
    struct memory_map map;
    struct e820_table table;

    require(memory_map_reserve(&map, arena, room, overlays->ecam_count + overlays->table_count,
                               &error));
    if (!memory_map_build(&map, firmware, overlays, &error)) {
        require(error.code == ERROR_MAP_STRIDE && firmware->stride < DESCRIPTOR_SIZE);
        return;
    }
    require_map(&map);
    require(e820_reserve(&table, arena, &map, &error));
    if (e820_build(&table, &map, NULL, 0, &error))
        require_table(&table, firmware);
    else
        require(error.code == ERROR_MAP_FRAGMENTED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct range windows[MAX_WINDOWS];
    struct map_overlays overlays = {.ecam = windows};
    struct firmware_map firmware;
    char *copy;

    if (size < 2)
        return -1;
    copy = copy_bytes(data + 2, size - 2);
    firmware = (struct firmware_map){(const uint8_t *)copy, size - 2, data[0]};
    if (firmware.stride >= DESCRIPTOR_SIZE)
        overlays.ecam_count = take_windows(&firmware, data[1] % (MAX_WINDOWS + 1), windows);
    build(&firmware, &overlays, &arena);
    free(copy);
    arena_release(&arena);
    return 0;
}
