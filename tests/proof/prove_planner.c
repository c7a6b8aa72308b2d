/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The planner's pieces: an object is claimed, read and cleared once, each byte of it, and nothing
 * else is.
 * Bounds: objects at any addresses, over RANGES free ranges.
 *
 * with: pvh/free_list.c tests/proof/proof_memory.c common/base/error.c
 * cbmc: -DRANGES=1 -DSPLITS=0 --unwind 7
 * cbmc: --unwindset memcpy.0:6,memcpy.1:1,move_up.0:6,move_up.1:1
 * full: -DRANGES=2 -DSPLITS=0 --unwind 9
 * full: --unwindset memcpy.0:6,memcpy.1:1,move_up.0:8,move_up.1:1
 */
#include "pvh/planner.c"
#include "tests/proof/planner.h"

static void prove_claim(struct range range, uint64_t address)
{
    any_planner();
    ASSUME(range.start < range.end && range.end <= 4 * GIB);
    if (!planner_claim(&planner, range)) {
        PROVE(error.code == ERROR_OUT_OF_MEMORY, "only a lack of memory ends it");
        return;
    }
    for (size_t i = 0; i < plan.claims.count; i++) {
        PROVE(range_size(plan.claims.items[i].range) > 0, "no claim is empty");
        PROVE((plan.claims.items[i].range.start | plan.claims.items[i].range.end) % PAGE_SIZE == 0,
              "claims are whole pages");
    }
    PROVE(claims_with(address) ==
              (is_claimable(address) && range_contains(range_to_pages(range), address)),
          "what can be claimed of an object is claimed once, and nothing else is");
}

static void prove_read(struct range range, uint64_t offset, uint64_t address)
{
    struct plan_reads reads = {.count = 0};
    size_t direct = 0, pending = 0;

    any_planner();
    ASSUME(range.start < range.end && range.end <= 4 * GIB && offset <= INT64_MAX);
    if (!planner_read(&planner, range, offset, &reads)) {
        PROVE(error.code == ERROR_OUT_OF_MEMORY, "only a lack of memory ends it");
        return;
    }
    for (size_t i = 0; i < reads.count; i++) {
        const struct plan_read *read = &reads.items[i];

        PROVE(read->offset - offset == read->address - range.start, "each byte goes to its place");
        direct += address >= read->address && address - read->address < read->size;
    }
    for (size_t i = 0; i < planner.pending_count; i++) {
        const struct pending_bytes *bytes = &planner.pending[i];

        PROVE(bytes->offset - offset == bytes->destination - range.start, "a staged byte too");
        pending += address >= bytes->destination && address - bytes->destination < bytes->size;
    }
    PROVE(direct == (is_free(address) && range_contains(range, address)),
          "what is free is read into, once, and nothing else is");
    PROVE(pending == (!is_free(address) && range_contains(range, address)),
          "what is not is staged, once, and nothing else is");
}

static void prove_clear(struct range range, uint64_t address)
{
    size_t before = 0, after = 0;

    any_planner();
    ASSUME(range.start < range.end && range.end <= 4 * GIB);
    if (!planner_clear(&planner, range)) {
        PROVE(error.code == ERROR_OUT_OF_MEMORY, "only a lack of memory ends it");
        return;
    }
    for (size_t i = 0; i < plan.zero_before_exit.count; i++)
        before += range_contains(plan.zero_before_exit.items[i], address);
    for (size_t i = 0; i < plan.zero_after_exit.count; i++)
        after += range_contains(plan.zero_after_exit.items[i], address);
    PROVE(before == (is_free(address) && range_contains(range, address)),
          "what is free is cleared before, once, and nothing else is");
    PROVE(after == (!is_free(address) && range_contains(range, address)),
          "what is not is cleared after, once, and nothing else is");
}
