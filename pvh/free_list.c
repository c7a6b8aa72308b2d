/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/free_list.h"

#include "common/base/overflow.h"

#include <assert.h>
#include <string.h>

bool free_list_reserve(struct free_list *list, struct arena *arena, size_t ranges, size_t takes)
{
    list->count = 0;
    return free_list_reserve_more(list, arena, ranges + takes);
}

bool free_list_reserve_more(struct free_list *list, struct arena *arena, size_t takes)
{
    struct free_list larger = {
        .count = list->count,
        .capacity = max_u64(list->count + takes, 2 * list->capacity),
    };

    if (list->count + takes <= list->capacity)
        return true;
    larger.ranges = arena_alloc(arena, larger.capacity, sizeof(*larger.ranges));
    if (!larger.ranges)
        return false;
    if (list->count > 0)
        memcpy(larger.ranges, list->ranges, list->count * sizeof(*list->ranges));
    *list = larger;
    return true;
}

void free_list_append(struct free_list *list, struct range range)
{
    if (range_size(range) == 0)
        return;
    if (list->count > 0 && list->ranges[list->count - 1].end == range.start) {
        list->ranges[list->count - 1].end = range.end;
        return;
    }
    assert(list->count < list->capacity);
    list->ranges[list->count++] = range;
}

/* The first range that ends above `address`. */
static size_t find_range(const struct free_list *list, uint64_t address)
{
    size_t low = 0;
    size_t high = list->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (list->ranges[middle].end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Replaces the ranges with indices [first, last) by `parts`. */
static void replace(struct free_list *list, size_t first, size_t last, const struct range *parts,
                    size_t part_count)
{
    assert(list->count - (last - first) + part_count <= list->capacity);
    memmove(&list->ranges[first + part_count], &list->ranges[last],
            (list->count - last) * sizeof(*list->ranges));
    if (part_count > 0)
        memcpy(&list->ranges[first], parts, part_count * sizeof(*parts));
    list->count = list->count - (last - first) + part_count;
}

void free_list_take(struct free_list *list, struct range taken)
{
    size_t first = find_range(list, taken.start);
    size_t last = first;
    struct range parts[2];
    size_t part_count = 0;

    while (last < list->count && range_overlaps(list->ranges[last], taken))
        last++;
    if (first == last)
        return;
    if (list->ranges[first].start < taken.start)
        parts[part_count++] = (struct range){list->ranges[first].start, taken.start};
    if (list->ranges[last - 1].end > taken.end)
        parts[part_count++] = (struct range){taken.end, list->ranges[last - 1].end};
    replace(list, first, last, parts, part_count);
}

void free_list_give(struct free_list *list, struct range given)
{
    size_t first = find_range(list, given.start);
    size_t last;

    if (range_size(given) == 0)
        return;
    if (first > 0 && list->ranges[first - 1].end == given.start)
        first--;
    for (last = first; last < list->count && list->ranges[last].start <= given.end; last++) {
        given.start = min_u64(given.start, list->ranges[last].start);
        given.end = max_u64(given.end, list->ranges[last].end);
    }
    replace(list, first, last, &given, 1);
}

bool free_list_lowest(const struct free_list *list, struct range window, uint64_t size,
                      uint64_t alignment, uint64_t *ret_start)
{
    for (size_t i = find_range(list, window.start); i < list->count; i++) {
        struct range usable = range_intersect(list->ranges[i], window);
        uint64_t start;

        if (list->ranges[i].start >= window.end)
            break;
        if (checked_align_up(usable.start, alignment, &start) && start < usable.end &&
            usable.end - start >= size) {
            *ret_start = start;
            return true;
        }
    }
    return false;
}

bool free_list_highest(const struct free_list *list, struct range window, uint64_t size,
                       uint64_t alignment, uint64_t *ret_start)
{
    for (size_t i = list->count; i > 0; i--) {
        struct range range = range_intersect(list->ranges[i - 1], window);
        uint64_t start;

        if (range_size(range) < size)
            continue;
        start = align_down(range.end - size, alignment);
        if (start >= range.start) {
            *ret_start = start;
            return true;
        }
    }
    return false;
}

struct range free_list_next(const struct free_list *list, uint64_t address)
{
    size_t index = find_range(list, address);

    return index < list->count ? list->ranges[index] : (struct range){0, 0};
}

uint64_t free_list_size(const struct free_list *list)
{
    uint64_t size = 0;

    for (size_t i = 0; i < list->count; i++)
        size += range_size(list->ranges[i]);
    return size;
}

struct range free_list_largest(const struct free_list *list)
{
    struct range largest = {0, 0};

    for (size_t i = 0; i < list->count; i++) {
        if (range_size(list->ranges[i]) > range_size(largest))
            largest = list->ranges[i];
    }
    return largest;
}
