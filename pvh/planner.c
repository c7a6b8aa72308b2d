/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/planner.h"

#include "common/base/overflow.h"
#include "common/base/units.h"
#include "pvh/limits.h"

#include <string.h>

/* Takes that may split a free range, in addition to one for each of the request's ranges. */
#define FIXED_TAKES 8

/* For later descriptors and refused ranges, so that few plans have to enlarge the lists. */
#define SPARE_TAKES 56

void planner_start(struct planner *planner, enum placement_strategy strategy)
{
    const struct plan_workspace *workspace = &planner->plan->workspace;

    plan_clear(planner->plan);
    planner->strategy = strategy;
    planner->modules_placed = false;
    planner->claimable = workspace->claimable;
    planner->available = workspace->available;
    planner->usable = workspace->usable;
    planner->pending = workspace->pending;
    planner->pending_capacity = workspace->pending_capacity;
    planner->pending_count = 0;
}

void planner_end(struct planner *planner)
{
    planner->plan->workspace = (struct plan_workspace){
        .claimable = planner->claimable,
        .available = planner->available,
        .usable = planner->usable,
        .pending = planner->pending,
        .pending_capacity = planner->pending_capacity,
    };
}

bool planner_out_of_memory(struct planner *planner)
{
    return error_set(planner->error, ERROR_OUT_OF_MEMORY, 0);
}

bool planner_push_item(struct planner *planner, void **items, size_t *capacity, size_t *count,
                       const void *item, size_t size)
{
    void *slot = arena_push(planner->arena, items, capacity, *count, size);

    if (!slot)
        return planner_out_of_memory(planner);
    memcpy(slot, item, size);
    (*count)++;
    return true;
}

static bool reserve_lists(struct planner *planner)
{
    const struct plan_request *request = planner->request;
    size_t ranges = planner->map->count;
    size_t takes = request->unallocatable_count + request->reclaimable_count +
                   request->module_count + FIXED_TAKES + SPARE_TAKES;

    return free_list_reserve(&planner->claimable, planner->arena, ranges, takes) &&
           free_list_reserve(&planner->available, planner->arena, ranges, takes) &&
           free_list_reserve(&planner->usable, planner->arena, ranges, takes);
}

static void list_range(struct planner *planner, const struct memory_range *range)
{
    struct range below = {range->range.start, min_u64(range->range.end, ADDRESS_LIMIT)};

    if (range->class == MEMORY_CONVENTIONAL) {
        free_list_append(&planner->claimable, below);
        free_list_append(&planner->available, below);
    }
    if (memory_is_ram(range->class))
        free_list_append(&planner->usable, below);
}

bool planner_list_memory(struct planner *planner)
{
    const struct plan_request *request = planner->request;
    const struct memory_map *map = planner->map;

    if (!reserve_lists(planner))
        return planner_out_of_memory(planner);
    for (size_t i = 0; i < map->count && map->ranges[i].range.start < ADDRESS_LIMIT; i++)
        list_range(planner, &map->ranges[i]);
    for (size_t i = 0; i < request->unallocatable_count; i++)
        planner_take_for_loader(planner, range_to_pages(request->unallocatable[i]));
    /* Never read to address 0: drivers treat it as NULL, and firmware may trap accesses. */
    planner_take_for_loader(planner, (struct range){0, PAGE_SIZE});
    planner->total_available = free_list_size(&planner->available);
    return true;
}

void planner_take_for_loader(struct planner *planner, struct range range)
{
    free_list_take(&planner->claimable, range);
    free_list_take(&planner->available, range);
}

void planner_take(struct planner *planner, struct range range)
{
    planner_take_for_loader(planner, range);
    free_list_take(&planner->usable, range);
}

/*
 * The loader's own memory is placed from the top down. Reclaimable memory is mostly at the top as
 * well, because firmware allocates from there; if it is used for modules, placing from the bottom
 * up keeps the loader from separating it from free memory.
 */
bool planner_find_for_loader(const struct planner *planner, const struct free_list *list,
                             uint64_t lowest, uint64_t size, uint64_t *ret_start)
{
    const struct range window = {lowest, ADDRESS_LIMIT};

    return planner->strategy == STRATEGY_USE_RECLAIMABLE_LOW
               ? free_list_lowest(list, window, size, PAGE_SIZE, ret_start)
               : free_list_highest(list, window, size, PAGE_SIZE, ret_start);
}

/*
 * Splits the first part off `rest` that is entirely in the list or entirely outside it; *ret_listed
 * says which.
 */
static struct range next_part(const struct free_list *list, struct range *rest, bool *ret_listed)
{
    struct range part = *rest;
    struct range free = free_list_next(list, rest->start);

    *ret_listed = range_contains(free, part.start);
    if (*ret_listed)
        part.end = min_u64(part.end, free.end);
    else if (range_size(free) > 0)
        part.end = min_u64(part.end, free.start);
    rest->start = part.end;
    return part;
}

bool planner_claim(struct planner *planner, struct range range)
{
    struct range rest = range_to_pages(range);

    while (range_size(rest) > 0) {
        bool free;
        struct range part = next_part(&planner->claimable, &rest, &free);

        if (free && !planner_push(planner, &planner->plan->claims, part, false))
            return false;
    }
    return true;
}

bool planner_read(struct planner *planner, struct range destination, uint64_t offset,
                  struct plan_reads *reads)
{
    struct range rest = destination;

    while (range_size(rest) > 0) {
        bool direct;
        struct range part = next_part(&planner->available, &rest, &direct);
        uint64_t from = offset + (part.start - destination.start);
        struct pending_bytes bytes = {part.start, from, range_size(part), reads};

        if (direct && !planner_push(planner, reads, from, part.start, range_size(part)))
            return false;
        if (!direct &&
            !planner_push_item(planner, (void **)&planner->pending, &planner->pending_capacity,
                               &planner->pending_count, &bytes, sizeof(bytes)))
            return false;
    }
    return true;
}

bool planner_clear(struct planner *planner, struct range range)
{
    struct load_plan *plan = planner->plan;
    struct range rest = range;

    while (range_size(rest) > 0) {
        bool direct;
        struct range part = next_part(&planner->available, &rest, &direct);
        struct plan_ranges *zeros = direct ? &plan->zero_before_exit : &plan->zero_after_exit;

        if (!planner_push(planner, zeros, part.start, part.end))
            return false;
    }
    return true;
}
