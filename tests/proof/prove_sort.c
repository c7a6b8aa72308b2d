/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sorting: the array is in order, and has what it had. Of heapsort, which begins at more elements
 * than a solver can follow, its step is proven: from two heaps and a root to a heap.
 * Bounds: arrays of COUNT elements, of any keys.
 *
 * with: tests/proof/proof_memory.c
 * cbmc: -DCOUNT=4 --object-bits 14 --unwind 8 --unwindset memcpy.0:2,memcpy.1:1,swap.0:2
 * full: -DCOUNT=6 --object-bits 14 --unwind 18 --unwindset memcpy.0:2,memcpy.1:1,swap.0:2
 */
#include "common/base/sort.c"
#include "tests/proof/nondet.h"

struct item {
    uint32_t key, name;
};

static struct item items[COUNT];

static int compare_items(const void *a, const void *b)
{
    uint32_t left = ((const struct item *)a)->key, right = ((const struct item *)b)->key;

    return left < right ? -1 : left > right;
}

static void any_items(void)
{
    for (size_t i = 0; i < COUNT; i++)
        items[i] = (struct item){nondet_u32(), i};
}

static size_t count_of(uint32_t name)
{
    size_t count = 0;

    for (size_t i = 0; i < COUNT; i++)
        count += items[i].name == name;
    return count;
}

static void prove_order(size_t count, uint32_t name)
{
    any_items();
    ASSUME(count <= COUNT && name < COUNT);
    sort(items, count, sizeof(items[0]), compare_items);
    for (size_t i = 1; i < count; i++)
        PROVE(items[i - 1].key <= items[i].key, "the array is in order");
    PROVE(count_of(name) == 1, "each element is still there, once");
}

/* True if no element below `root` is greater than the one above it. */
static bool is_heap(size_t root)
{
    bool heap = true;

    for (size_t i = 1; i < COUNT; i++) {
        size_t above = i;

        while (above > root)
            above = parent(above);
        if (above == root && i != root)
            heap &= items[parent(i)].key >= items[i].key;
    }
    return heap;
}

static void prove_sift(size_t root, uint32_t name)
{
    const struct sorter sorter = {(uint8_t *)items, sizeof(items[0]), compare_items};

    any_items();
    ASSUME(root < COUNT / 2 && name < COUNT);
    ASSUME(is_heap(2 * root + 1) && is_heap(2 * root + 2));
    sift_down(&sorter, root, COUNT);
    PROVE(is_heap(root), "the root has its place among the two heaps");
    PROVE(count_of(name) == 1, "each element is still there, once");
}
