/* SPDX-License-Identifier: BSD-2-Clause */
/* Free address ranges while a plan is made: sorted, disjoint, whole pages. */
#pragma once

#include "common/base/arena.h"
#include "common/base/range.h"

struct free_list {
    struct range *ranges;
    size_t count;
    size_t capacity;
};

/*
 * Empties the list and makes room for `ranges` ranges and what `takes` cuts can split them into. A
 * list that has the room, or begins as zeros, keeps or gets it: nothing is allocated twice.
 */
bool free_list_reserve(struct free_list *list, struct arena *arena, size_t ranges, size_t takes);

/* Makes room for so many more, in a list that keeps what is in it. */
bool free_list_reserve_more(struct free_list *list, struct arena *arena, size_t takes);

/* Appends above all others; touching ranges become one. Empty ones are ignored. */
void free_list_append(struct free_list *list, struct range range);

/* Takes a range out, wherever it touches what is free. */
void free_list_take(struct free_list *list, struct range taken);

/* Adds a range, wherever it lies; touching ranges become one. Needs room for one more. */
void free_list_give(struct free_list *list, struct range given);

/*
 * The lowest place inside `window`, or the highest of all, with `size` bytes at a multiple of
 * `alignment`, a power of two. False when there is none.
 */
bool free_list_lowest(const struct free_list *list, struct range window, uint64_t size,
                      uint64_t alignment, uint64_t *ret_start);
bool free_list_highest(const struct free_list *list, uint64_t size, uint64_t alignment,
                       uint64_t *ret_start);

/* The free range that holds `address`, or the first one above it; an empty one past the last. */
struct range free_list_next(const struct free_list *list, uint64_t address);

/* Bytes that are free. */
uint64_t free_list_size(const struct free_list *list);

/* The largest free range; an empty one when nothing is free. */
struct range free_list_largest(const struct free_list *list);
