/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of free memory: what is taken or given, and nothing else, changes; the list stays sorted
 * and disjoint; what is found is free.
 * Bounds: RANGES ranges at any addresses.
 *
 * with: tests/proof/proof_memory.c
 * cbmc: -DRANGES=2 --unwind 6 --unwindset memcpy.0:5,memcpy.1:1,move_up.0:5,move_up.1:1
 * full: -DRANGES=3 --unwind 7 --unwindset memcpy.0:7,memcpy.1:1,move_up.0:7,move_up.1:1
 * slow: prove_highest
 */
#include "pvh/free_list.c"
#include "tests/proof/free_lists.h"

static struct range slots[RANGES + 2];

static struct free_list any_ranges(void)
{
    return any_list(slots, RANGES, RANGES + 1, UINT64_MAX);
}

static void check_form(const struct free_list *list)
{
    PROVE(list->count <= list->capacity, "the list stays inside its array");
    for (size_t i = 0; i < list->count; i++) {
        PROVE(list->ranges[i].start < list->ranges[i].end, "no range is empty");
        PROVE(i == 0 || list->ranges[i - 1].end < list->ranges[i].start,
              "ranges are sorted, and neither touch nor overlap");
    }
}

static void prove_take(struct range taken, uint64_t address)
{
    struct free_list list = any_ranges();
    bool before = is_listed(&list, address);

    free_list_take(&list, taken);
    check_form(&list);
    PROVE(is_listed(&list, address) == (before && !range_contains(taken, address)),
          "what is taken, and nothing else, is free no longer");
}

static void prove_give(struct range given, uint64_t address)
{
    struct free_list list = any_ranges();
    bool before = is_listed(&list, address);

    free_list_give(&list, given);
    check_form(&list);
    PROVE(is_listed(&list, address) == (before || range_contains(given, address)),
          "what is given, and nothing else, is free then");
}

static void prove_append(struct range range, uint64_t address)
{
    struct free_list list = any_ranges();
    bool before = is_listed(&list, address);

    ASSUME(list.count == 0 || list.ranges[list.count - 1].end <= range.start);
    free_list_append(&list, range);
    check_form(&list);
    PROVE(is_listed(&list, address) == (before || range_contains(range, address)),
          "what is appended, and nothing else, is free then");
}

/* True if [start, start + size) could have been found. */
static bool is_place(const struct free_list *list, struct range window, uint64_t size,
                     uint64_t alignment, uint64_t start)
{
    bool inside = false;

    for (size_t i = 0; i < list->count; i++)
        inside |= start >= list->ranges[i].start && start < list->ranges[i].end &&
                  size <= list->ranges[i].end - start;
    return inside && (start & (alignment - 1)) == 0 && start >= window.start &&
           start < window.end && size <= window.end - start;
}

static uint64_t any_power_of_two(void)
{
    uint64_t power = nondet_u64();

    ASSUME(is_power_of_two(power));
    return power;
}

static void prove_lowest(struct range window, uint64_t size, uint64_t other)
{
    struct free_list list = any_ranges();
    uint64_t alignment = any_power_of_two(), start;

    ASSUME(size > 0);
    if (free_list_lowest(&list, window, size, alignment, &start)) {
        PROVE(is_place(&list, window, size, alignment, start), "the lowest place is one");
        PROVE(!is_place(&list, window, size, alignment, other) || other >= start, "none is lower");
    } else {
        PROVE(!is_place(&list, window, size, alignment, other),
              "no place is overlooked from below");
    }
}

static void prove_highest(struct range window, uint64_t size, uint64_t other)
{
    struct free_list list = any_ranges();
    uint64_t alignment = any_power_of_two(), start;

    ASSUME(size > 0);
    if (free_list_highest(&list, window, size, alignment, &start)) {
        PROVE(is_place(&list, window, size, alignment, start), "the highest place is one");
        PROVE(!is_place(&list, window, size, alignment, other) || other <= start, "none is higher");
    } else {
        PROVE(!is_place(&list, window, size, alignment, other),
              "no place is overlooked from above");
    }
}

static void prove_next(uint64_t address, uint64_t other)
{
    struct free_list list = any_ranges();
    struct range next = free_list_next(&list, address);

    PROVE(range_size(next) == 0 || (next.end > address && is_listed(&list, next.start)),
          "the next range is free");
    PROVE(other < address || !is_listed(&list, other) ||
              (range_size(next) > 0 && other >= next.start),
          "nothing free is before it");
}
