/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/plan_staging.h"

#include "common/base/overflow.h"
#include "common/base/range.h"
#include "common/base/units.h"
#include "pvh/limits.h"

uint64_t plan_max_copies(const struct planner *planner)
{
    return planner->pending_count + planner->available.count;
}

uint64_t plan_max_copies_with_modules(const struct planner *planner)
{
    uint64_t modules = planner->request->module_count;
    uint64_t ranges = planner->available.count + planner->request->reclaimable_count + modules + 1;

    return planner->pending_count + 2 * ranges + modules;
}

/* Finds free pages for `size` bytes, or the largest free range if none is large enough. */
static struct range find_staging(const struct planner *planner, uint64_t size)
{
    uint64_t pages = align_up(size, PAGE_SIZE);
    uint64_t start;

    if (planner_find_for_loader(planner, &planner->available, 0, pages, &start))
        return (struct range){start, start + pages};
    return free_list_largest(&planner->available);
}

/* If the modules are not placed yet: their size, and the size of reclaimable memory; or else 0. */
static void count_unplaced(const struct planner *planner, uint64_t *ret_modules,
                           uint64_t *ret_reclaimable)
{
    const struct plan_request *request = planner->request;

    *ret_modules = *ret_reclaimable = 0;
    if (planner->modules_placed)
        return;
    for (size_t i = 0; i < request->module_count; i++)
        *ret_modules += min_u64(request->module_sizes[i], ADDRESS_LIMIT);
    for (size_t i = 0; i < request->reclaimable_count; i++)
        *ret_reclaimable += range_size(request->reclaimable[i]);
}

/* Reports how much memory the boot needs and how much there is; all free memory is used up. */
static bool refuse_staging(struct planner *planner)
{
    uint64_t missing = 0;
    uint64_t modules, reclaimable;

    for (size_t i = 0; i < planner->pending_count; i++)
        missing += planner->pending[i].size;
    count_unplaced(planner, &modules, &reclaimable);
    return error_set(planner->error, ERROR_NO_ROOM_FOR_STAGING,
                     planner->total_available + missing + max_u64(modules, reclaimable),
                     planner->total_available + reclaimable);
}

/* Stages as many of the pending bytes as fit into one free range, and advances `bytes`. */
static bool stage_some(struct planner *planner, struct pending_bytes *bytes)
{
    /* The same offset in the page for source and destination, so that copies are aligned. */
    uint64_t skew = bytes->destination % PAGE_SIZE;
    struct range staging = find_staging(planner, skew + bytes->size);
    struct plan_copy copy = {bytes->destination, staging.start + skew, bytes->size};

    if (range_size(staging) == 0)
        return refuse_staging(planner);
    copy.size = min_u64(copy.size, range_size(staging) - skew);
    planner->plan->staged += copy.size;
    if (!planner_claim(planner, staging) ||
        !planner_push(planner, bytes->reads, bytes->offset, copy.source, copy.size) ||
        !planner_push(planner, &planner->plan->copies, copy.destination, copy.source, copy.size))
        return false;
    planner_take_for_loader(planner, staging);
    bytes->destination += copy.size;
    bytes->offset += copy.size;
    bytes->size -= copy.size;
    return true;
}

bool plan_stage(struct planner *planner)
{
    for (size_t i = 0; i < planner->pending_count; i++) {
        while (planner->pending[i].size > 0) {
            if (!stage_some(planner, &planner->pending[i]))
                return false;
        }
    }
    return true;
}
