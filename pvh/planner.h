/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plan in the making: the memory that is still to be had, and the pieces that objects are cut
 * into. What goes where is decided in pvh/plan.c and pvh/plan_span.c.
 */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/base/range.h"
#include "pvh/free_list.h"
#include "pvh/load_plan.h"
#include "pvh/memory_map.h"

/* How hard it is to find room: each is tried when the one before it has failed. */
enum placement_strategy {
    STRATEGY_KEEP_RECLAIMABLE,    /* nothing lies in reclaimable memory */
    STRATEGY_USE_RECLAIMABLE,     /* modules may */
    STRATEGY_USE_RECLAIMABLE_LOW, /* and the loader's own has the lowest places, not the highest */

    STRATEGIES
};

struct planner {
    const struct plan_request *request;
    const struct memory_map *map;
    struct arena *arena;
    struct error *error;
    struct load_plan *plan;
    enum placement_strategy strategy;
    bool modules_placed; /* or being placed */

    struct free_list claimable; /* can be allocated */
    struct free_list
        available;            /* can be read into: the above, and reclaimable memory in its time */
    struct free_list usable;  /* can be the kernel's after exit: the above, and boot services' */
    uint64_t total_available; /* bytes that were ever available */

    struct pending_bytes *pending; /* what is still to be staged */
    size_t pending_count, pending_capacity;
};

/* Begins a plan: its own lists are empty, and have the room that they had in the last one. */
void planner_start(struct planner *planner, enum placement_strategy strategy);

/* Leaves the room to the plan, for the next one. */
void planner_end(struct planner *planner);

/* False, with the error set. */
bool planner_out_of_memory(struct planner *planner);

/* Appends an item, given by its members, to one of the plan's lists. */
#define planner_push(planner, list, ...)                                                           \
    planner_push_item((planner), (void **)&(list)->items, &(list)->capacity, &(list)->count,       \
                      &(__typeof__(*(list)->items)){__VA_ARGS__}, sizeof(*(list)->items))
bool planner_push_item(struct planner *planner, void **items, size_t *capacity, size_t *count,
                       const void *item, size_t size);

/* Fills the three lists with what lies below 4 GiB in the map. */
bool planner_list_memory(struct planner *planner);

/* Takes a range from the lists: for the kernel, or for the loader until it exits. */
void planner_take(struct planner *planner, struct range range);
void planner_take_for_loader(struct planner *planner, struct range range);

/*
 * A place in `list` for `size` bytes that are the loader's own, out of the modules' way, which go
 * to the lowest free memory. False when there is none.
 */
bool planner_find_for_loader(const struct planner *planner, const struct free_list *list,
                             uint64_t size, uint64_t *ret_start);

/* Claims what can be claimed of an object's pages, gaps between segments included. */
bool planner_claim(struct planner *planner, struct range range);

/*
 * Lets `destination` be filled from a file, from `offset` on: read where memory is available now,
 * pending where it is not.
 */
bool planner_read(struct planner *planner, struct range destination, uint64_t offset,
                  struct plan_reads *reads);

/* Lets `range` be cleared: before exit where memory is available now, after it where not. */
bool planner_clear(struct planner *planner, struct range range);
