/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the firmware's descriptors to classes of memory. That the edges between the two steps are
 * sorted is proven by prove_sort.c.
 * Bounds: none for a descriptor; two of a map, of a stride of up to 96 bytes; EDGES edges
 * of descriptors and as many of overlays in the sweep, that is so many ranges in all.
 *
 * with: common/base/error.c
 * cbmc: -DEDGES=2 --unwind 9 --unwindset expected_class.0:30
 * full: -DEDGES=3 --unwind 9 --unwindset expected_class.0:30
 */
#include "pvh/memory_map.c"
#include "tests/proof/proof.h"

#define STRIDE      64
#define LONG_STRIDE 96
#define DESCRIPTORS 2

static bool is_whole_pages(struct range range)
{
    return range.start % PAGE_SIZE == 0 && range.end % PAGE_SIZE == 0;
}

/* True if a page of a class gets it from a range of bytes: RAM if all of it is inside. */
static bool covers(struct range range, enum memory_class class, uint64_t page)
{
    uint64_t last = page + (PAGE_SIZE - 1);

    if (memory_is_ram(class))
        return range.start <= page && last < range.end;
    return range.start < range.end && range.start <= last && page < range.end;
}

/* Any descriptor becomes one range, or none. */
static void prove_descriptor(uint64_t page)
{
    struct map_edge edges[2];
    struct memory_map map = {.edges = edges};
    uint8_t bytes[STRIDE];
    struct firmware_map firmware = {bytes, STRIDE, STRIDE};
    struct memory_descriptor descriptor;
    struct range range;
    enum memory_class class;

    __CPROVER_havoc_object(bytes);
    descriptor = memory_map_descriptor(&firmware, 0);
    range = descriptor_range(&descriptor);
    class = classify(&descriptor, range);
    add_descriptors(&map, &firmware);

    PROVE(range_size(range) == 0 || range.end <= MEMMAP_END, "nothing is above the end of memory");
    PROVE(range_size(range) == 0 ||
              range_size(range) <= descriptor.pages * (unsigned __int128)PAGE_SIZE,
          "no range is larger than its pages");
    PROVE(!memory_is_ram(class) ||
              (descriptor.type >= 1 && descriptor.type <= 7 && descriptor.type != 5 &&
               descriptor.type != 6 && !(descriptor.attributes & EFI_SPECIFIC_PURPOSE)),
          "RAM is only what the firmware says is free or a loader's or boot services'");
    PROVE(map.edge_count == 0 || map.edge_count == 2, "a range has two edges");
    ASSUME(page % PAGE_SIZE == 0 && page < MEMMAP_END);
    if (map.edge_count == 0) {
        PROVE(!covers(range, class, page), "no page is lost");
        return;
    }
    PROVE(edges[0].step == 1 && edges[1].step == -1 && edges[0].class == class &&
              edges[1].class == class,
          "they begin and end its class");
    PROVE(is_whole_pages((struct range){edges[0].address, edges[1].address}), "edges are at pages");
    PROVE(range_contains((struct range){edges[0].address, edges[1].address}, page) ==
              covers(range, class, page),
          "RAM shrinks to whole pages, all else grows to them");
}

/* The fields of a descriptor are where the firmware's stride puts them. */
static void prove_stride(uint8_t stride, uint8_t index)
{
    static uint8_t bytes[DESCRIPTORS * LONG_STRIDE];
    const struct firmware_map firmware = {bytes, sizeof(bytes), stride};
    const uint8_t *start = bytes;
    struct memory_descriptor descriptor;

    __CPROVER_havoc_object(bytes);
    ASSUME(stride >= DESCRIPTOR_SIZE && stride <= LONG_STRIDE && index < DESCRIPTORS);
    descriptor = memory_map_descriptor(&firmware, index);
    for (uint8_t i = 0; i < index; i++)
        start += stride;
    PROVE(descriptor.type == *(const uint32_t *)start &&
              descriptor.start == *(const uint64_t *)(start + 8) &&
              descriptor.pages == *(const uint64_t *)(start + 24) &&
              descriptor.attributes == *(const uint64_t *)(start + 32),
          "each descriptor is a stride behind the one before");
}

static void check_room(const struct memory_map *map, const struct map_overlays *overlays,
                       uint8_t descriptors, size_t stride)
{
    const struct firmware_map firmware = {.size = descriptors * stride, .stride = stride};
    uint64_t ranges = descriptors + overlays->ecam_count + overlays->table_count +
                      overlays->override_count + FIXED_OVERLAYS;
    struct error error;
    bool fits = check_firmware_map(map, &firmware, overlays, &error);

    if (stride < 40) {
        PROVE(!fits && error.code == ERROR_MAP_STRIDE, "a descriptor has all its fields");
        return;
    }
    PROVE(fits == (2 * ranges <= map->capacity), "there is room for two edges of each range");
    PROVE(fits || error.code == ERROR_MAP_TOO_LARGE, "a refusal has a reason");
}

static void prove_room(uint8_t descriptors)
{
    const struct memory_map map = {.capacity = 2 * (size_t)nondet_u8()};
    const struct map_overlays overlays = {
        .ecam_count = nondet_u8(),
        .table_count = nondet_u8(),
        .override_count = nondet_u8(),
    };

    check_room(&map, &overlays, descriptors, 39);
    check_room(&map, &overlays, descriptors, 48);
}

/* How many ranges of a class cover a page. */
static uint8_t count_at(const struct map_edge *edges, size_t count, enum memory_class class,
                        uint64_t page)
{
    uint8_t covered = 0;

    for (size_t i = 0; i < count; i++) {
        if (edges[i].class == class && edges[i].address <= page)
            covered += (uint8_t)edges[i].step;
    }
    return covered;
}

/* Sorted edges of any classes, each end behind its beginning. */
static void any_edges(struct map_edge edges[static EDGES])
{
    for (size_t i = 0; i < EDGES; i++) {
        edges[i] = (struct map_edge){nondet_u64(), nondet_u8(), nondet_bool() ? 1 : -1};
        ASSUME(edges[i].address % PAGE_SIZE == 0 && edges[i].address <= MEMMAP_END);
        ASSUME(edges[i].class > MEMORY_NONE && edges[i].class < MEMORY_CLASSES);
        ASSUME(i == 0 || edges[i - 1].address <= edges[i].address);
        ASSUME(edges[i].step > 0 || count_at(edges, i, edges[i].class, UINT64_MAX) > 0);
    }
}

/* The rule, for one page: the most restrictive of what covers it. */
static enum memory_class expected_class(const struct map_edge *edges, size_t count, uint64_t page)
{
    enum memory_class most = MEMORY_NONE;

    for (enum memory_class class = MEMORY_NONE; class < MEMORY_OVERRIDDEN; class ++) {
        if (count_at(edges, count, class, page))
            most = class;
    }
    if (memory_is_ram(most) && count_at(edges, count, MEMORY_TABLES, page))
        return MEMORY_ACPI;
    if (most == MEMORY_NVS && count_at(edges, count, MEMORY_OVERRIDDEN, page))
        return MEMORY_OVERRIDDEN;
    return most;
}

static enum memory_class class_in(const struct memory_map *map, uint64_t page)
{
    enum memory_class class = MEMORY_NONE;

    for (size_t i = 0; i < map->count; i++) {
        if (range_contains(map->ranges[i].range, page))
            class = map->ranges[i].class;
    }
    return class;
}

static void check_normal_form(const struct memory_map *map)
{
    size_t i = nondet_size();
    struct range range;

    ASSUME(i < map->count);
    range = map->ranges[i].range;
    PROVE(range.start < range.end && is_whole_pages(range),
          "ranges are whole pages, and not empty");
    PROVE(map->ranges[i].class > MEMORY_NONE && map->ranges[i].class < MEMORY_TABLES,
          "ranges have a class");
    PROVE(i == 0 || map->ranges[i - 1].range.end <= range.start, "ranges are sorted and disjoint");
    PROVE(i == 0 || map->ranges[i - 1].range.end < range.start ||
              map->ranges[i - 1].class != map->ranges[i].class,
          "adjacent ranges differ");
}

static void prove_sweep(uint64_t page)
{
    struct map_edge edges[2 * EDGES];
    struct memory_range ranges[2 * EDGES];
    struct memory_map map = {.edges = edges, .ranges = ranges, .edge_count = 2 * EDGES};

    any_edges(edges);
    any_edges(edges + EDGES);
    sweep_edges(&map, (struct edge_list){edges, edges + EDGES},
                (struct edge_list){edges + EDGES, edges + 2 * EDGES});
    ASSUME(page < edges[EDGES - 1].address || page < edges[2 * EDGES - 1].address);
    PROVE(class_in(&map, page) == expected_class(edges, 2 * EDGES, page),
          "each page has the most restrictive class of what covers it");
    check_normal_form(&map);
}

/* A map as check_normal_form() has it. */
static struct memory_map any_map(struct memory_range ranges[static 2 * EDGES])
{
    struct memory_map map = {.ranges = ranges, .count = nondet_size()};

    ASSUME(map.count <= 2 * EDGES);
    for (size_t i = 0; i < map.count; i++) {
        ranges[i] = (struct memory_range){{nondet_u64(), nondet_u64()}, nondet_u8()};
        ASSUME(ranges[i].range.start < ranges[i].range.end);
        ASSUME(ranges[i].class > MEMORY_NONE && ranges[i].class < MEMORY_TABLES);
        ASSUME(i == 0 || ranges[i - 1].range.end <= ranges[i].range.start);
    }
    return map;
}

static bool can_be_used(enum memory_class class, bool allow_nvs)
{
    return memory_is_ram(class) || class == MEMORY_OVERRIDDEN || (allow_nvs && class == MEMORY_NVS);
}

static void prove_blocker(struct range range, bool allow_nvs, uint64_t page)
{
    struct memory_range ranges[2 * EDGES], blocker;
    const struct memory_map map = any_map(ranges);

    ASSUME(range.start < range.end);
    if (!memory_map_find_blocker(&map, range, allow_nvs, &blocker)) {
        PROVE(!range_contains(range, page) || can_be_used(class_in(&map, page), allow_nvs),
              "all of a range without a blocker can be used");
        return;
    }
    PROVE(range_overlaps(blocker.range, range), "a blocker is in the range");
    PROVE(!can_be_used(blocker.class, allow_nvs), "it cannot be used");
    PROVE(!range_contains(blocker.range, page) || class_in(&map, page) == blocker.class,
          "the map says what it is");
}
