/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/sort.h"

#include <stdint.h>

struct sorter {
    uint8_t *array;
    size_t size;
    int (*compare)(const void *, const void *);
};

static uint8_t *element(const struct sorter *sorter, size_t index)
{
    return sorter->array + index * sorter->size;
}

static void swap(const struct sorter *sorter, size_t a, size_t b)
{
    uint8_t *left = element(sorter, a);
    uint8_t *right = element(sorter, b);

    for (size_t i = 0; i < sorter->size; i++) {
        uint8_t byte = left[i];

        left[i] = right[i];
        right[i] = byte;
    }
}

/* Restores the heap below `root`: no parent smaller than its children. */
static void sift_down(const struct sorter *sorter, size_t root, size_t count)
{
    size_t child;

    while ((child = 2 * root + 1) < count) {
        if (child + 1 < count &&
            sorter->compare(element(sorter, child), element(sorter, child + 1)) < 0)
            child++;
        if (sorter->compare(element(sorter, root), element(sorter, child)) >= 0)
            return;
        swap(sorter, root, child);
        root = child;
    }
}

void sort(void *array, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    const struct sorter sorter = {array, size, compare};

    for (size_t root = count / 2; root-- > 0;)
        sift_down(&sorter, root, count);
    for (size_t last = count; last-- > 1;) {
        swap(&sorter, 0, last);
        sift_down(&sorter, 0, last);
    }
}
