/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stddef.h>

/*
 * Sorts `count` elements of `size` bytes in place: O(n log n), O(n) when almost sorted; no
 * recursion, no allocation. Not stable: a comparison that needs a total order must break ties.
 */
void sort(void *array, size_t count, size_t size, int (*compare)(const void *, const void *));

/* The sign of a - b, for comparison functions. */
#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))
