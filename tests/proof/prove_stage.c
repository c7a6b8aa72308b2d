/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Staging as a whole: all pending bytes are staged, or memory is used up, with no more copies than
 * plan_max_copies() has said there may be. A step is anything that keeps what is proven of one,
 * by prove_staging.c and here.
 * Bounds: PENDING objects; RANGES free ranges.
 *
 * with: pvh/planner.c tests/proof/proof_memory.c common/base/error.c
 * cbmc: -DPENDING=2 -DRANGES=2 --unwind 6
 * cbmc: --unwindset memcpy.0:7,memcpy.1:1,move_up.0:7,move_up.1:1
 */
#define SPLITS 1

#include "pvh/planner.h"
#include "tests/proof/stubs.h"

#define stage_some(planner, bytes) CALLEE(stage_some, planner)(planner, bytes)
static bool stub_stage_some(struct planner *planner, struct pending_bytes *bytes);

#include "pvh/plan_staging.c"

/* Loops that count down end with i-- > 0. */
#pragma CPROVER check push
#pragma CPROVER check disable "unsigned-overflow"
#include "pvh/free_list.c"
#pragma CPROVER check pop

#include "tests/proof/planner.h"

static struct pending_bytes pending[PENDING];
static uint64_t copies;

/* Each copy but an object's last one uses up a free range. */
static bool stub_stage_some(struct planner *from, struct pending_bytes *bytes)
{
    const uint64_t size = nondet_u64();

    PROVE(bytes >= pending && bytes < pending + PENDING && bytes->size > 0,
          "what is staged is what is pending");
    PROVE(bytes == pending || bytes[-1].size == 0, "one object after the other");
    ASSUME(size > 0 && size <= bytes->size);
    if (from->available.count == 0 || nondet_bool())
        return error_set(from->error, ERROR_NO_ROOM_FOR_STAGING);
    bytes->size -= size;
    if (bytes->size > 0 || nondet_bool())
        from->available.count--;
    copies++;
    return true;
}

static void prove_all(void)
{
    uint64_t most;

    planner = (struct planner){.plan = &plan, .error = &error, .pending = pending};
    __CPROVER_havoc_object(pending);
    planner.available.count = nondet_size();
    planner.pending_count = nondet_size();
    ASSUME(planner.available.count <= RANGES && planner.pending_count <= PENDING);
    most = plan_max_copies(&planner);
    if (!plan_stage(&planner)) {
        PROVE(error.code != ERROR_NONE, "a refusal has a reason");
        return;
    }
    for (size_t i = 0; i < planner.pending_count; i++)
        PROVE(pending[i].size == 0, "all bytes are staged");
    PROVE(copies <= most, "there are no more copies than were said");
}

/* What is asked for is at an end of a free range, which it does not split. */
static void prove_end(uint64_t pages)
{
    struct range place;
    bool is_at_end = false;

    any_planner();
    planner.strategy = nondet_bool() ? STRATEGY_USE_RECLAIMABLE : STRATEGY_USE_RECLAIMABLE_LOW;
    for (size_t i = 0; i < planner.available.count; i++)
        ASSUME(planner.available.ranges[i].end <= ADDRESS_LIMIT);
    ASSUME(pages > 0 && pages <= ADDRESS_LIMIT / PAGE_SIZE);
    if (!planner_find_for_loader(&planner, &planner.available, 0, pages * PAGE_SIZE, &place.start))
        return;
    place.end = place.start + pages * PAGE_SIZE;
    for (size_t i = 0; i < planner.available.count; i++)
        is_at_end |= is_in(place, planner.available.ranges[i]) &&
                     (place.start == planner.available.ranges[i].start ||
                      place.end == planner.available.ranges[i].end);
    PROVE(is_at_end, "a place does not split a free range");
}

/* Taking an end of a range, or all of it, as a step does. */
static void prove_count(size_t which, uint32_t pages, bool is_low)
{
    struct range taken;
    bool is_rest; /* something is left of the range */
    size_t before;

    any_planner();
    before = planner.available.count;
    ASSUME(which < before && pages > 0);
    taken = available_slots[which];
    ASSUME(pages <= range_size(taken) / PAGE_SIZE);
    is_rest = pages < range_size(taken) / PAGE_SIZE;
    if (is_low)
        taken.end = taken.start + (uint64_t)pages * PAGE_SIZE;
    else
        taken.start = taken.end - (uint64_t)pages * PAGE_SIZE;
    planner_take_for_loader(&planner, taken);
    PROVE(planner.available.count <= before, "there are no more free ranges than before");
    PROVE(is_rest || planner.available.count == before - 1, "one that is used up is gone");
}
