/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Staging: the bytes of a step are read to memory that was free and is claimed, and copied from
 * there to where they belong; every step stages some, or says what is missing.
 * Bounds: any bytes below 4 GiB, RANGES free ranges, one module.
 *
 * with: pvh/planner.c pvh/free_list.c tests/proof/proof_memory.c common/base/error.c
 * cbmc: -DRANGES=1 -DSPLITS=1 --unwind 7
 * cbmc: --unwindset memcpy.0:6,memcpy.1:1,move_up.0:6,move_up.1:1
 * full: -DRANGES=2 -DSPLITS=1 --unwind 9
 * full: --unwindset memcpy.0:6,memcpy.1:1,move_up.0:8,move_up.1:1
 */
#include "pvh/plan_staging.c"
#include "tests/proof/planner.h"

static uint64_t module_size;
static struct range reclaimable;

static void any_request(struct plan_request *ret_request)
{
    module_size = nondet_u64();
    reclaimable = (struct range){nondet_u32(), nondet_u32()};
    ASSUME(reclaimable.start <= reclaimable.end);
    *ret_request = (struct plan_request){.module_sizes = &module_size,
                                         .module_count = nondet_bool(),
                                         .reclaimable = &reclaimable,
                                         .reclaimable_count = nondet_bool()};
}

static void prove_step(struct pending_bytes bytes, uint64_t address)
{
    struct plan_reads reads = {.count = 0};
    struct pending_bytes before = bytes;
    struct plan_request request;
    bool was_free, was_claimable;

    any_planner();
    any_request(&request);
    planner.request = &request;
    planner.strategy = nondet_bool() ? STRATEGY_USE_RECLAIMABLE : STRATEGY_USE_RECLAIMABLE_LOW;
    planner.pending = &before;
    planner.pending_count = 1;
    bytes.reads = &reads;
    ASSUME(bytes.size > 0 && bytes.size <= ADDRESS_LIMIT && bytes.offset <= INT64_MAX);
    ASSUME(bytes.destination <= ADDRESS_LIMIT - bytes.size);
    before = bytes;
    was_free = is_free(address);
    was_claimable = is_claimable(address);
    if (!stage_some(&planner, &bytes)) {
        PROVE(error.code == ERROR_OUT_OF_MEMORY || error.code == ERROR_NO_ROOM_FOR_STAGING,
              "only a lack of memory ends it");
        PROVE(error.code == ERROR_OUT_OF_MEMORY || planner.available.count == 0,
              "memory is used up before it is short");
        return;
    }
    PROVE(reads.count == 1 && plan.copies.count == 1, "there is a read and a copy");
    PROVE(reads.items->offset == before.offset && reads.items->address == plan.copies.items->source,
          "what is read is what is copied");
    PROVE(plan.copies.items->destination == before.destination, "it goes where it belongs");
    PROVE(plan.copies.items->size > 0 && plan.copies.items->size <= before.size &&
              reads.items->size == plan.copies.items->size,
          "it is some of the bytes");
    PROVE(bytes.destination - before.destination == reads.items->size &&
              bytes.offset - before.offset == reads.items->size &&
              before.size - bytes.size == reads.items->size,
          "the rest is left");
    PROVE(plan.copies.items->source % PAGE_SIZE == before.destination % PAGE_SIZE,
          "the copy is aligned as its destination is");
    if (range_contains(
            (struct range){reads.items->address, reads.items->address + reads.items->size},
            address)) {
        PROVE(was_free && !is_free(address), "it is read to memory that was free");
        PROVE(claims_with(address) == was_claimable && !is_claimable(address),
              "which is claimed, unless the loader has it");
    }
}
