/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of a plan being made: the memory that is left, and functions that split objects into
 * pieces. pvh/plan.c and pvh/plan_span.c decide what goes where.
 */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/base/range.h"
#include "pvh/free_list.h"
#include "pvh/load_plan.h"
#include "pvh/memory_map.h"

/* Strategies, each tried when the previous one has failed. */
enum placement_strategy {
    STRATEGY_KEEP_RECLAIMABLE,    /* place nothing in reclaimable memory */
    STRATEGY_USE_RECLAIMABLE,     /* place modules there */
    STRATEGY_USE_RECLAIMABLE_LOW, /* and the loader's own memory at the bottom, not the top */

    STRATEGIES
};

struct planner {
    const struct plan_request *request;
    const struct memory_map *map;
    struct arena *arena;
    struct error *error;
    struct load_plan *plan;
    enum placement_strategy strategy;
    uint64_t overlay_size; /* as in the request, or 0 when there is no room for it */
    bool modules_placed;   /* or being placed */

    struct free_list claimable; /* can be allocated */
    struct free_list available; /* can be read into: claimable, and reclaimed memory */
    struct free_list usable;    /* usable after exit: available, and boot services' memory */
    uint64_t total_available;   /* bytes that have been available in total */

    struct pending_bytes *pending; /* to be staged */
    size_t pending_count, pending_capacity;
};

/* Starts a plan with empty lists, which keep the room that they had in the last one. */
void planner_start(struct planner *planner, enum placement_strategy strategy);

/* Keeps the lists' room in the plan, for the next one. */
void planner_end(struct planner *planner);

/* Sets ERROR_OUT_OF_MEMORY and returns false. */
bool planner_out_of_memory(struct planner *planner);

/* Appends an item, given by its members, to one of the plan's lists. False when out of memory. */
#define planner_push(planner, list, ...)                                                           \
    planner_push_item((planner), (void **)&(list)->items, &(list)->capacity, &(list)->count,       \
                      &(__typeof__(*(list)->items)){__VA_ARGS__}, sizeof(*(list)->items))
bool planner_push_item(struct planner *planner, void **items, size_t *capacity, size_t *count,
                       const void *item, size_t size);

/* Fills the three lists from the part of the map below 4 GiB. */
bool planner_list_memory(struct planner *planner);

/* Removes a range from the lists: for the kernel, or for the loader until it exits. */
void planner_take(struct planner *planner, struct range range);
void planner_take_for_loader(struct planner *planner, struct range range);

/*
 * Finds a place in `list`, at `lowest` or above it, for `size` bytes of the loader's own, away from
 * the modules, which are placed in the lowest free memory. False if there is none.
 */
bool planner_find_for_loader(const struct planner *planner, const struct free_list *list,
                             uint64_t lowest, uint64_t size, uint64_t *ret_start);

/* Claims those of an object's pages that are claimable, including gaps between segments. */
bool planner_claim(struct planner *planner, struct range range);

/*
 * Plans to fill `destination` from a file, starting at `offset`: with reads where memory is
 * available, as pending bytes where it is not.
 */
bool planner_read(struct planner *planner, struct range destination, uint64_t offset,
                  struct plan_reads *reads);

/* Plans to clear `range`: before exit where memory is available, after exit where it is not. */
bool planner_clear(struct planner *planner, struct range range);
