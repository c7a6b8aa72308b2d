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

bool plan_check(const struct load_plan *plan, const struct memory_map *map, struct error *ret_error)
{
    if (!check_range(map, plan->boot_info, false, ret_error))
        return false;
    for (size_t i = 0; i < plan->ram_part_count; i++) {
        if (!check_range(map, plan->ram_parts[i], plan->overwrites_nvs, ret_error))
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

bool plan_needed_ranges(const struct load_plan *plan, struct arena *arena,
                        struct plan_ranges *ret_ranges)
{
    size_t count = plan->module_count + 2;

    *ret_ranges = (struct plan_ranges){.count = count, .capacity = count};
    ret_ranges->items = arena_alloc(arena, count, sizeof(*ret_ranges->items));
    if (!ret_ranges->items)
        return false;
    ret_ranges->items[0] = plan->span;
    ret_ranges->items[1] = plan->boot_info;
    for (size_t i = 0; i < plan->module_count; i++)
        ret_ranges->items[2 + i] = plan->modules[i].range;
    sort(ret_ranges->items, count, sizeof(*ret_ranges->items), compare_ranges);
    return true;
}
