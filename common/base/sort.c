/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/base/sort.h"

#include "common/base/overflow.h"

#include <string.h>

#define SWAP_BLOCK 64 /* bytes */

/* Steps of insertion sort an element, before heapsort: firmware's memory maps are almost sorted. */
#define INSERTION_STEPS 4

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
    uint8_t block[SWAP_BLOCK];

    for (size_t done = 0, part; done < sorter->size; done += part) {
        part = min_u64(sorter->size - done, sizeof(block));
        memcpy(block, left + done, part);
        memcpy(left + done, right + done, part);
        memcpy(right + done, block, part);
    }
}

/* Whether each element belongs before the one that precedes it: the array only has to be reversed.
 */
static bool is_descending(const struct sorter *sorter, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (sorter->compare(element(sorter, i - 1), element(sorter, i)) <= 0)
            return false;
    }
    return true;
}

static void reverse(const struct sorter *sorter, size_t count)
{
    for (size_t i = 0; i < count / 2; i++)
        swap(sorter, i, count - 1 - i);
}

/* Returns false when it would take too many steps; the array is then partly sorted. */
static bool insertion_sort(const struct sorter *sorter, size_t count)
{
    size_t steps = count * INSERTION_STEPS;

    for (size_t i = 1; i < count; i++) {
        for (size_t at = i; at > 0; at--) {
            if (sorter->compare(element(sorter, at - 1), element(sorter, at)) <= 0)
                break;
            if (steps-- == 0)
                return false;
            swap(sorter, at - 1, at);
        }
    }
    return true;
}

static size_t parent(size_t index)
{
    return (index - 1) / 2;
}

/* The leaf that is reached from `root` by way of the greater children. */
static size_t find_leaf(const struct sorter *sorter, size_t root, size_t count)
{
    size_t at = root, child;

    while ((child = 2 * at + 1) < count) {
        at = child;
        if (child + 1 < count &&
            sorter->compare(element(sorter, child), element(sorter, child + 1)) < 0)
            at++;
    }
    return at;
}

/*
 * Restores the max-heap below `root`, whose element mostly belongs far down: its place is searched
 * from the leaf upwards, which takes half the comparisons of searching downwards.
 */
static void sift_down(const struct sorter *sorter, size_t root, size_t count)
{
    size_t place = find_leaf(sorter, root, count);

    while (place > root && sorter->compare(element(sorter, root), element(sorter, place)) > 0)
        place = parent(place);
    for (; place > root; place = parent(place)) /* each element on the way moves up by one */
        swap(sorter, root, place);
}

void sort(void *array, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    const struct sorter sorter = {array, size, compare};

    if (is_descending(&sorter, count)) {
        reverse(&sorter, count);
        return;
    }
    if (insertion_sort(&sorter, count))
        return;
    for (size_t heap = count / 2; heap > 0; heap--)
        sift_down(&sorter, heap - 1, count);
    for (size_t last = count; last-- > 1;) {
        swap(&sorter, 0, last);
        sift_down(&sorter, 0, last);
    }
}
