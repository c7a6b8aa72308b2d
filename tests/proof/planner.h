/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A planner with any free memory, of up to RANGES ranges, for proofs of what takes from it, which
 * makes up to SPLITS more of them. To be included behind what the proof is about.
 */
#pragma once

#include "pvh/planner.h"
#include "tests/proof/free_lists.h"
#include "tests/proof/proof.h"

#include "common/base/units.h"

#include <stdlib.h>

#define PIECES (2 * RANGES + 1)
#define SLOTS  (RANGES + SPLITS)

static struct range available_slots[SLOTS], claimable_slots[SLOTS], usable_slots[SLOTS];
static struct error error;
static struct load_plan plan;
static struct planner planner;

/* Room for all pieces from the start, or none. */
void *arena_push(struct arena *arena, void **array, size_t *capacity, size_t count, size_t size)
{
    (void)arena;
    PROVE(count < PIECES, "an object has no more pieces than the free ranges make of it");
    if (count >= *capacity) {
        *array = malloc(PIECES * size);
        *capacity = PIECES;
    }
    return *array ? (uint8_t *)*array + count * size : NULL;
}

static bool is_free(uint64_t address)
{
    return is_listed(&planner.available, address);
}

static bool is_claimable(uint64_t address)
{
    return is_listed(&planner.claimable, address);
}

/* How many claims an address is in. */
static size_t claims_with(uint64_t address)
{
    size_t claims = 0;

    for (size_t i = 0; i < plan.claims.count; i++)
        claims += range_contains(plan.claims.items[i].range, address);
    return claims;
}

/* What can be claimed is available; what else is, the loader has already, as the kernel's file. */
static void any_planner(void)
{
    plan = (struct load_plan){.staged = 0};
    planner = (struct planner){.plan = &plan, .error = &error};
    planner.available = any_list(available_slots, RANGES, SLOTS, WHOLE_PAGES);
    planner.claimable = any_list(claimable_slots, RANGES, SLOTS, WHOLE_PAGES);
    for (size_t i = 0; i < planner.claimable.count; i++)
        ASSUME(is_all_listed(&planner.available, claimable_slots[i]));
    planner.usable = any_list(usable_slots, RANGES, SLOTS, WHOLE_PAGES);
}
