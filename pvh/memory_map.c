/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/memory_map.h"

#include "common/base/bytes.h"
#include "common/base/overflow.h"
#include "common/base/sort.h"
#include "common/base/units.h"
#include "pvh/limits.h"

#include <string.h>

/* ABI: EFI_MEMORY_DESCRIPTOR, the part common to all versions. */
#define DESCRIPTOR_SIZE       40
#define DESCRIPTOR_TYPE       0
#define DESCRIPTOR_START      8
#define DESCRIPTOR_PAGES      24
#define DESCRIPTOR_ATTRIBUTES 32
#define EFI_SPECIFIC_PURPOSE  UINT64_C(0x40000) /* EFI_MEMORY_SP */

const struct range isa_hole = {ISA_HOLE_START, ISA_HOLE_END};

/* Beside the descriptors and the overlaid ranges: the ISA hole and our own ACPI tables. */
#define FIXED_OVERLAYS 2

/* A class begins (+1) or ends (-1) at an address. */
struct map_edge {
    uint64_t address;
    enum memory_class class;
    int step;
};

struct memory_descriptor memory_map_descriptor(const struct firmware_map *firmware, size_t index)
{
    const uint8_t *bytes = firmware->descriptors + index * firmware->stride;

    return (struct memory_descriptor){
        .type = read_le32(bytes + DESCRIPTOR_TYPE),
        .start = read_le64(bytes + DESCRIPTOR_START),
        .pages = read_le64(bytes + DESCRIPTOR_PAGES),
        .attributes = read_le64(bytes + DESCRIPTOR_ATTRIBUTES),
    };
}

static enum memory_class classify_type(uint32_t type)
{
    /* UEFI 2.10, table 7.10 */
    static const uint8_t classes[] = {
        MEMORY_RESERVED,
        MEMORY_LOADER_CODE,
        MEMORY_LOADER_DATA,
        MEMORY_BOOT_SERVICES_CODE,
        MEMORY_BOOT_SERVICES_DATA,
        MEMORY_RUNTIME_CODE,
        MEMORY_RUNTIME_DATA,
        MEMORY_CONVENTIONAL,
        MEMORY_UNUSABLE,
        MEMORY_ACPI,
        MEMORY_NVS,
        MEMORY_MMIO,
        MEMORY_MMIO_PORT,
        MEMORY_PAL_CODE,
        MEMORY_PERSISTENT,
        MEMORY_UNACCEPTED,
    };

    return type < ELEMENTS(classes) ? classes[type] : MEMORY_UNKNOWN;
}

static enum memory_class classify(const struct memory_descriptor *descriptor, struct range range)
{
    enum memory_class class = classify_type(descriptor->type);

    if (memory_is_ram(class) && descriptor->attributes & EFI_SPECIFIC_PURPOSE)
        return MEMORY_SPECIFIC_PURPOSE;
    if (class == MEMORY_MMIO && range_size(range) >= LARGE_MMIO)
        return MEMORY_LARGE_MMIO;
    return class;
}

/* A descriptor's range, clipped to MEMMAP_END; may be empty. */
static struct range descriptor_range(const struct memory_descriptor *descriptor)
{
    struct range range = {descriptor->start, MEMMAP_END};
    uint64_t size, end;

    if (checked_mul(descriptor->pages, PAGE_SIZE, &size) &&
        checked_add(descriptor->start, size, &end))
        range.end = min_u64(end, MEMMAP_END);
    return range;
}

/* Rounds to whole pages: RAM shrinks, everything else grows. */
static struct range round_to_pages(struct range range, enum memory_class class)
{
    if (memory_is_ram(class)) {
        if (!checked_align_up(range.start, PAGE_SIZE, &range.start))
            return (struct range){0};
        range.end = align_down(range.end, PAGE_SIZE);
    } else if (range_size(range) > 0) {
        range.start = align_down(range.start, PAGE_SIZE);
        if (!checked_align_up(range.end, PAGE_SIZE, &range.end))
            range.end = MEMMAP_END;
    }
    return range;
}

static void add_range(struct memory_map *map, struct range range, enum memory_class class)
{
    range = round_to_pages(range, class);
    if (range_size(range) == 0)
        return;
    map->edges[map->edge_count++] = (struct map_edge){range.start, class, 1};
    map->edges[map->edge_count++] = (struct map_edge){range.end, class, -1};
}

static void add_ranges(struct memory_map *map, const struct range *ranges, size_t count,
                       enum memory_class class)
{
    for (size_t i = 0; i < count; i++)
        add_range(map, ranges[i], class);
}

static int compare_edges(const void *a, const void *b)
{
    const struct map_edge *left = a;
    const struct map_edge *right = b;

    return COMPARE(left->address, right->address);
}

/* The classes that have begun and not ended yet. */
struct active_classes {
    size_t counts[MEMORY_CLASSES];
    uint32_t set; /* a bit for each class whose count is not 0 */
};

#define CLASS_BIT(class) (UINT32_C(1) << (class))
_Static_assert(MEMORY_CLASSES <= 32, "a bit for each class");

static void pass_edge(struct active_classes *active, const struct map_edge *edge)
{
    size_t *count = &active->counts[edge->class];

    if (edge->step > 0)
        (*count)++;
    else
        (*count)--;
    if (*count)
        active->set |= CLASS_BIT(edge->class);
    else
        active->set &= ~CLASS_BIT(edge->class);
}

/*
 * The highest active class. The override applies to ACPI NVS only and hides nothing else, and ACPI
 * tables change only what would otherwise be RAM.
 */
static enum memory_class most_restrictive(const struct active_classes *active)
{
    uint32_t overlays = CLASS_BIT(MEMORY_OVERRIDDEN) | CLASS_BIT(MEMORY_TABLES);
    uint32_t set = (active->set & ~overlays) | CLASS_BIT(MEMORY_NONE);
    enum memory_class class = 31 - (unsigned)__builtin_clz(set);

    if (memory_is_ram(class) && active->counts[MEMORY_TABLES])
        return MEMORY_ACPI;
    return class == MEMORY_NVS && active->counts[MEMORY_OVERRIDDEN] ? MEMORY_OVERRIDDEN : class;
}

static void append_range(struct memory_map *map, struct range range, enum memory_class class)
{
    struct memory_range *last = map->count ? &map->ranges[map->count - 1] : NULL;

    if (class == MEMORY_NONE || range_size(range) == 0)
        return;
    if (last && last->class == class && last->range.end == range.start)
        last->range.end = range.end;
    else
        map->ranges[map->count++] = (struct memory_range){range, class};
}

/* Edges sorted by address. */
struct edge_list {
    const struct map_edge *next, *end;
};

/* Removes the lower one of the first edges of both lists, of which one at least is not empty. */
static const struct map_edge *next_edge(struct edge_list *one, struct edge_list *other)
{
    if (one->next < one->end &&
        (other->next == other->end || one->next->address <= other->next->address))
        return one->next++;
    return other->next++;
}

/* A sweep over both sorted lists: between two edges, the active classes decide. */
static void sweep_edges(struct memory_map *map, struct edge_list descriptors,
                        struct edge_list overlays)
{
    struct active_classes active = {.set = 0};
    uint64_t start = 0;

    map->count = 0;
    for (size_t i = 0; i < map->edge_count; i++) {
        const struct map_edge *edge = next_edge(&descriptors, &overlays);

        append_range(map, (struct range){start, edge->address}, most_restrictive(&active));
        pass_edge(&active, edge);
        start = edge->address;
    }
}

/* Sorts the edges from `first` on. */
static struct edge_list sort_edges(struct memory_map *map, size_t first)
{
    size_t count = map->edge_count - first;

    sort(map->edges + first, count, sizeof(*map->edges), compare_edges);
    return (struct edge_list){map->edges + first, map->edges + map->edge_count};
}

static bool allocate(struct memory_map *map, struct arena *arena, size_t capacity,
                     struct error *ret_error)
{
    map->capacity = capacity;
    map->edges = arena_alloc(arena, capacity, sizeof(*map->edges));
    map->ranges = arena_alloc(arena, capacity, sizeof(*map->ranges));
    if (!map->edges || !map->ranges)
        return error_set(ret_error, ERROR_OUT_OF_MEMORY,
                         capacity * (sizeof(*map->edges) + sizeof(*map->ranges)));
    return true;
}

bool memory_map_reserve(struct memory_map *map, struct arena *arena, size_t descriptors,
                        size_t overlays, struct error *ret_error)
{
    *map = (struct memory_map){.ranges = NULL};
    return allocate(map, arena, 2 * (descriptors + overlays + FIXED_OVERLAYS), ret_error);
}

bool memory_map_reserve_more(struct memory_map *map, struct arena *arena, size_t overlays,
                             struct error *ret_error)
{
    struct memory_map larger = *map;

    if (!allocate(&larger, arena, map->capacity + 2 * overlays, ret_error))
        return false;
    memcpy(larger.ranges, map->ranges, map->count * sizeof(*map->ranges));
    *map = larger;
    return true;
}

static bool check_firmware_map(const struct memory_map *map, const struct firmware_map *firmware,
                               const struct map_overlays *overlays, struct error *error)
{
    size_t overlaid =
        overlays->ecam_count + overlays->table_count + overlays->override_count + FIXED_OVERLAYS;
    size_t ranges = map->capacity / 2;
    size_t room = ranges > overlaid ? ranges - overlaid : 0;
    size_t count;

    if (firmware->stride < DESCRIPTOR_SIZE)
        return error_set(error, ERROR_MAP_STRIDE, firmware->stride);
    count = firmware->size / firmware->stride;
    return (overlaid <= ranges && count <= room) ||
           error_set(error, ERROR_MAP_TOO_LARGE, count, room);
}

static void add_descriptors(struct memory_map *map, const struct firmware_map *firmware)
{
    map->descriptors = firmware->size / firmware->stride;
    for (size_t i = 0; i < map->descriptors; i++) {
        struct memory_descriptor descriptor = memory_map_descriptor(firmware, i);
        struct range range = descriptor_range(&descriptor);

        add_range(map, range, classify(&descriptor, range));
    }
}

static void add_overlays(struct memory_map *map, const struct map_overlays *overlays)
{
    add_range(map, isa_hole, MEMORY_ISA_HOLE);
    add_ranges(map, overlays->ecam, overlays->ecam_count, MEMORY_ECAM);
    add_ranges(map, overlays->tables, overlays->table_count, MEMORY_TABLES);
    add_range(map, overlays->own_tables, MEMORY_TABLES);
    add_ranges(map, overlays->override, overlays->override_count, MEMORY_OVERRIDDEN);
}

/*
 * Firmware's maps are almost sorted, which sort() makes use of; overlays at their end would not be.
 */
bool memory_map_build(struct memory_map *map, const struct firmware_map *firmware,
                      const struct map_overlays *overlays, struct error *ret_error)
{
    struct edge_list descriptors;
    size_t first_overlay;

    if (!check_firmware_map(map, firmware, overlays, ret_error))
        return false;
    map->edge_count = 0;
    add_descriptors(map, firmware);
    descriptors = sort_edges(map, 0);
    first_overlay = map->edge_count;
    add_overlays(map, overlays);
    sweep_edges(map, descriptors, sort_edges(map, first_overlay));
    return true;
}

const struct memory_range *memory_map_find(const struct memory_map *map, uint64_t address)
{
    size_t low = 0;
    size_t high = map->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (map->ranges[middle].range.end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low < map->count ? &map->ranges[low] : NULL;
}

bool memory_map_find_blocker(const struct memory_map *map, struct range range, bool allow_nvs,
                             struct memory_range *ret_blocker)
{
    const struct memory_range *part = memory_map_find(map, range.start);
    const struct memory_range *end = map->ranges + map->count;
    uint64_t position = range.start;

    while (position < range.end) {
        if (!part || part == end || part->range.start > position) {
            uint64_t next = part && part != end ? part->range.start : range.end;

            *ret_blocker = (struct memory_range){{position, min_u64(next, range.end)}, MEMORY_NONE};
            return true;
        }
        if (!memory_is_ram(part->class) && part->class != MEMORY_OVERRIDDEN &&
            !(allow_nvs && part->class == MEMORY_NVS)) {
            *ret_blocker = *part;
            return true;
        }
        position = part->range.end;
        part++;
    }
    return false;
}

const char *memory_class_name(enum memory_class class)
{
    static const char names[MEMORY_CLASSES][26] = {
        /* arrays instead of pointers: no relocations */
        [MEMORY_NONE] = "no memory",
        [MEMORY_CONVENTIONAL] = "free memory",
        [MEMORY_BOOT_SERVICES_CODE] = "boot services code",
        [MEMORY_BOOT_SERVICES_DATA] = "boot services data",
        [MEMORY_LOADER_CODE] = "loader code",
        [MEMORY_LOADER_DATA] = "loader data",
        [MEMORY_PERSISTENT] = "persistent memory",
        [MEMORY_LARGE_MMIO] = "memory-mapped I/O",
        [MEMORY_ISA_HOLE] = "VGA and ROM area",
        [MEMORY_ACPI] = "ACPI tables",
        [MEMORY_NVS] = "ACPI NVS",
        [MEMORY_RESERVED] = "reserved",
        [MEMORY_RUNTIME_CODE] = "runtime services code",
        [MEMORY_RUNTIME_DATA] = "runtime services data",
        [MEMORY_MMIO] = "memory-mapped I/O",
        [MEMORY_MMIO_PORT] = "memory-mapped I/O ports",
        [MEMORY_PAL_CODE] = "PAL code",
        [MEMORY_UNACCEPTED] = "unaccepted memory",
        [MEMORY_SPECIFIC_PURPOSE] = "specific-purpose memory",
        [MEMORY_UNKNOWN] = "memory of an unknown type",
        [MEMORY_ECAM] = "PCI configuration space",
        [MEMORY_UNUSABLE] = "unusable memory",
        [MEMORY_OVERRIDDEN] = "overwritten ACPI NVS",
        [MEMORY_TABLES] = "ACPI tables",
    };

    return class < MEMORY_CLASSES ? names[class] : "unknown";
}

void memory_map_count_free(const struct memory_map *map, uint64_t *ret_all, uint64_t *ret_largest)
{
    *ret_all = 0;
    *ret_largest = 0;
    for (size_t i = 0; i < map->count; i++) {
        uint64_t size = range_size(map->ranges[i].range);

        if (map->ranges[i].class != MEMORY_CONVENTIONAL)
            continue;
        *ret_all += size;
        *ret_largest = max_u64(*ret_largest, size);
    }
}
