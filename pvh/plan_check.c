/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/plan_check.h"

#include "common/base/range.h"
#include "common/base/sort.h"

static bool check_range(const struct memory_map *map, struct range range, bool allow_nvs,
                        struct error *error)
{
    struct memory_range blocker;

    if (!memory_map_find_blocker(map, range_to_pages(range), allow_nvs, &blocker))
        return true;
    return error_set(error, ERROR_MAP_CHANGED, blocker.range.start, blocker.range.end,
                     blocker.class);
}

/* What the map has at the start of a range; without a descriptor, as far as there is none. */
static struct memory_range first_part(const struct memory_map *map, struct range range)
{
    const struct memory_range *part = memory_map_find(map, range.start);
    uint64_t next = part ? part->range.start : range.end;

    if (part && next <= range.start)
        return *part;
    return (struct memory_range){{range.start, min_u64(next, range.end)}, MEMORY_NONE};
}

/* The kernel must not use the overlay as RAM. */
static bool check_acpi_overlay(const struct memory_map *map, struct range overlay,
                               struct error *error)
{
    while (range_size(overlay) > 0) {
        struct memory_range part = first_part(map, overlay);

        if (part.class != MEMORY_ACPI)
            return error_set(error, ERROR_MAP_CHANGED, part.range.start, part.range.end,
                             part.class);
        overlay.start = min_u64(part.range.end, overlay.end);
    }
    return true;
}

bool plan_check(const struct load_plan *plan, const struct memory_map *map, struct error *ret_error)
{
    if (!check_range(map, plan->boot_info, false, ret_error) ||
        !check_acpi_overlay(map, plan->acpi_overlay, ret_error))
        return false;
    for (size_t i = 0; i < plan->ram_parts.count; i++) {
        if (!check_range(map, plan->ram_parts.items[i], plan->overwrites_nvs, ret_error))
            return false;
    }
    for (size_t i = 0; i < plan->module_count; i++) {
        if (!check_range(map, plan->modules[i].range, false, ret_error))
            return false;
    }
    return true;
}

static int compare_ranges(const void *a, const void *b)
{
    const struct range *left = a;
    const struct range *right = b;

    return COMPARE(left->start, right->start);
}

static bool reserve_ranges(struct plan_ranges *ranges, struct arena *arena, size_t count)
{
    ranges->count = 0;
    if (count <= ranges->capacity)
        return true;
    ranges->items = arena_alloc(arena, count, sizeof(*ranges->items));
    ranges->capacity = ranges->items ? count : 0;
    return ranges->items;
}

bool plan_needed_ranges(const struct load_plan *plan, struct arena *arena,
                        struct plan_ranges *ranges)
{
    if (!reserve_ranges(ranges, arena, plan->ram_parts.count + 2 + plan->module_count))
        return false;
    for (size_t i = 0; i < plan->ram_parts.count; i++)
        ranges->items[ranges->count++] = plan->ram_parts.items[i];
    ranges->items[ranges->count++] = plan->boot_info;
    ranges->items[ranges->count++] = plan->trampoline_data; /* with the GDT */
    for (size_t i = 0; i < plan->module_count; i++)
        ranges->items[ranges->count++] = plan->modules[i].range;
    sort(ranges->items, ranges->count, sizeof(*ranges->items), compare_ranges);
    return true;
}
