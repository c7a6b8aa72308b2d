/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stddef.h>

/*
 * Sorts in place: n log n whatever the input, n when it is almost in order; no recursion, no
 * memory. Not stable; comparisons that must keep an order carry it in their key.
 */
void sort(void *array, size_t count, size_t size, int (*compare)(const void *, const void *));

/* The sign of a - b, for comparisons. */
#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))
