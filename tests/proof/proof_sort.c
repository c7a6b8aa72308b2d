/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * common/base/sort.h for proofs of what sorts: the fewest steps for a solver. That sort.c sorts is
 * proven by prove_sort.c.
 */
#include "common/base/sort.h"

#include "tests/proof/nondet.h"

#include <string.h>

#define LARGEST_ELEMENT 64

static void order(uint8_t *left, uint8_t *right, size_t size,
                  int (*compare)(const void *, const void *))
{
    uint8_t kept[LARGEST_ELEMENT];

    if (compare(left, right) <= 0)
        return;
    memcpy(kept, left, size);
    memcpy(left, right, size);
    memcpy(right, kept, size);
}

void sort(void *array, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    uint8_t *elements = array;

    PROVE(size <= LARGEST_ELEMENT, "elements are within the bounds");
    for (size_t end = count; end > 1; end--) {
        for (size_t i = 1; i < end; i++)
            order(elements + (i - 1) * size, elements + i * size, size, compare);
    }
}
