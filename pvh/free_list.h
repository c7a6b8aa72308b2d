/* SPDX-License-Identifier: BSD-2-Clause */
/* Free address ranges, for the planner: sorted, disjoint, whole pages. */
#pragma once

#include "common/base/arena.h"
#include "common/base/range.h"

struct free_list {
    struct range *ranges;
    size_t count;
    size_t capacity;
};

/*
 * Empties the list and makes room for `ranges` ranges and `takes` calls of free_list_take(), each
 * of which may split one. Starts as zeros; allocates only if there is not enough room yet. False
 * when out of memory.
 */
bool free_list_reserve(struct free_list *list, struct arena *arena, size_t ranges, size_t takes);

/* Makes room for `takes` more calls; the ranges are kept. False when out of memory. */
bool free_list_reserve_more(struct free_list *list, struct arena *arena, size_t takes);

/* Appends a range above all others; adjacent ranges are merged, empty ones ignored. */
void free_list_append(struct free_list *list, struct range range);

/* Removes `taken` from the list; parts of it need not be free. */
void free_list_take(struct free_list *list, struct range taken);

/* Adds a range; overlapping and adjacent ranges are merged. Needs room for one more range. */
void free_list_give(struct free_list *list, struct range given);

/*
 * Finds `size` free bytes at a multiple of `alignment`, a power of two: the lowest or the
 * highest address inside `window`. False when there is none.
 */
bool free_list_lowest(const struct free_list *list, struct range window, uint64_t size,
                      uint64_t alignment, uint64_t *ret_start);
bool free_list_highest(const struct free_list *list, struct range window, uint64_t size,
                       uint64_t alignment, uint64_t *ret_start);

/* The free range that contains `address`, or the next one above; an empty one if there is none. */
struct range free_list_next(const struct free_list *list, uint64_t address);

/* The total size of all free ranges in bytes. */
uint64_t free_list_size(const struct free_list *list);

/* The largest free range; an empty one if nothing is free. */
struct range free_list_largest(const struct free_list *list);
