/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/base/overflow.h"
#include "common/base/range.h"
#include "common/base/units.h"
#include "pvh/free_list.h"

#include <string.h>

#define PAGES 48

/* The same contents as the list, as one flag per page. */
static bool flags[PAGES];
static struct free_list list;
static struct arena arena;

static int start(void **state)
{
    (void)state;
    arena_fail_after(NEVER);
    list = (struct free_list){0};
    memset(flags, 0, sizeof(flags));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static bool all_free(uint64_t first, uint64_t pages)
{
    for (uint64_t i = first; i < first + pages; i++) {
        if (i >= PAGES || !flags[i])
            return false;
    }
    return true;
}

static void check_list(void)
{
    struct range largest = free_list_largest(&list);
    uint64_t longest = 0, run = 0;

    check(list.count <= list.capacity);
    for (size_t i = 0; i < list.count; i++) {
        check(list.ranges[i].start < list.ranges[i].end);
        check(i == 0 || list.ranges[i - 1].end <= list.ranges[i].start);
    }
    for (uint64_t page = 0; page < PAGES; page++) {
        struct range next = free_list_next(&list, page * PAGE_SIZE + page);

        check(range_contains(next, page * PAGE_SIZE) == flags[page]);
        check(range_size(next) == 0 || next.end > page * PAGE_SIZE);
        run = flags[page] ? run + 1 : 0;
        longest = max_u64(longest, run);
    }
    check(range_size(largest) >= PAGE_SIZE || longest == 0);
    check(range_size(largest) <= longest * PAGE_SIZE);
}

static void check_lowest(struct random *random)
{
    uint64_t alignment = PAGE_SIZE << random_below(random, 4);
    uint64_t size = (1 + random_below(random, 8)) * PAGE_SIZE;
    struct range window = {random_below(random, PAGES * PAGE_SIZE), 0};
    uint64_t expected = UINT64_MAX, found = UINT64_MAX;

    window.end = window.start + random_below(random, PAGES * PAGE_SIZE);
    for (uint64_t at = 0; at < PAGES * PAGE_SIZE && expected == UINT64_MAX; at += alignment) {
        if (at >= window.start && at + size <= window.end &&
            all_free(at / PAGE_SIZE, size / PAGE_SIZE))
            expected = at;
    }
    check(free_list_lowest(&list, window, size, alignment, &found) == (expected != UINT64_MAX));
    check(found == expected);
}

static void check_highest(struct random *random)
{
    uint64_t alignment = PAGE_SIZE << random_below(random, 4);
    uint64_t size = (1 + random_below(random, 8)) * PAGE_SIZE;
    struct range window = {random_below(random, PAGES * PAGE_SIZE), 0};
    uint64_t expected = UINT64_MAX, found = UINT64_MAX;

    window.end = window.start + random_below(random, PAGES * PAGE_SIZE);
    for (uint64_t at = 0; at < PAGES * PAGE_SIZE; at += alignment) {
        if (at >= window.start && at + size <= window.end &&
            all_free(at / PAGE_SIZE, size / PAGE_SIZE))
            expected = at;
    }
    check(free_list_highest(&list, window, size, alignment, &found) == (expected != UINT64_MAX));
    check(found == expected);
}

static void append_random(struct random *random)
{
    uint64_t page = 0;

    while (page < PAGES) {
        uint64_t pages = random_below(random, 7);
        uint64_t end = min_u64(page + pages, PAGES);

        free_list_append(&list, (struct range){page * PAGE_SIZE, end * PAGE_SIZE});
        for (; page < end; page++)
            flags[page] = true;
        page += random_below(random, 4);
    }
}

static void take_random(struct random *random)
{
    uint64_t first = random_below(random, PAGES);
    uint64_t end = first + random_below(random, 10);

    free_list_take(&list, (struct range){first * PAGE_SIZE, end * PAGE_SIZE});
    for (uint64_t page = first; page < end && page < PAGES; page++)
        flags[page] = false;
}

/* The list has exactly the requested capacity: one more range for each removal. */
static void random_lists(void **state)
{
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        struct random random = random_start(seed);
        size_t takes = random_below(&random, 12);

        start(state);
        assert_true(free_list_reserve(&list, &arena, PAGES, takes));
        append_random(&random);
        list.capacity = list.count + takes;
        check_list();
        for (size_t i = 0; i < takes; i++) {
            take_random(&random);
            check_list();
            check_lowest(&random);
            check_highest(&random);
        }
        stop(state);
    }
}

static void touching_ranges_become_one(void **state)
{
    (void)state;
    assert_true(free_list_reserve(&list, &arena, 2, 0));
    free_list_append(&list, (struct range){0x1000, 0x2000});
    free_list_append(&list, (struct range){0x2000, 0x2000});
    free_list_append(&list, (struct range){0x2000, 0x4000});
    free_list_append(&list, (struct range){0x5000, 0x6000});
    assert_int_equal(list.count, 2);
    assert_int_equal(range_size(free_list_largest(&list)), 0x3000);
}

/* Gives back a random range, taken before or not. */
static void give_random(struct random *random)
{
    uint64_t first = random_below(random, PAGES);
    uint64_t end = first + random_below(random, PAGES - first + 1);

    free_list_give(&list, (struct range){first * PAGE_SIZE, end * PAGE_SIZE});
    for (uint64_t page = first; page < end; page++)
        flags[page] = true;
}

static void ranges_are_given(void **state)
{
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        struct random random = random_start(seed);

        start(state);
        assert_true(free_list_reserve(&list, &arena, PAGES, 0));
        append_random(&random);
        assert_true(free_list_reserve_more(&list, &arena, 12));
        check_list();
        for (size_t i = 0; i < 6; i++) {
            uint64_t size = 0;

            give_random(&random);
            check_list();
            take_random(&random);
            check_list();
            for (uint64_t page = 0; page < PAGES; page++)
                size += flags[page] ? PAGE_SIZE : 0;
            check(free_list_size(&list) == size);
        }
        stop(state);
    }
    start(state);
    assert_true(free_list_reserve(&list, &arena, 2, 0));
    free_list_give(&list, (struct range){0x1000, 0x2000});
    free_list_give(&list, (struct range){0x3000, 0x4000});
    free_list_give(&list, (struct range){0x2000, 0x3000}); /* merging needs no capacity */
    assert_int_equal(list.count, 1);
    assert_int_equal(free_list_size(&list), 0x3000);
    arena_fail_after(0);
    assert_true(free_list_reserve_more(&list, &arena, 1)); /* there is room for that */
    assert_false(free_list_reserve_more(&list, &arena, 2));
    assert_int_equal(list.count, 1);
}

static void an_empty_list(void **state)
{
    uint64_t found;

    (void)state;
    assert_true(free_list_reserve(&list, &arena, 0, 1));
    free_list_take(&list, (struct range){0, UINT64_MAX});
    assert_int_equal(range_size(free_list_largest(&list)), 0);
    assert_int_equal(range_size(free_list_next(&list, 0)), 0);
    assert_false(free_list_lowest(&list, (struct range){0, UINT64_MAX}, 1, 1, &found));
    assert_false(free_list_highest(&list, (struct range){0, UINT64_MAX}, 1, 1, &found));
    arena_fail_after(0);
    assert_false(free_list_reserve(&list, &arena, 1, 1));
}

/* Reserving again keeps the room. */
static void room_is_kept(void **state)
{
    (void)state;
    assert_true(free_list_reserve(&list, &arena, 6, 4));
    free_list_append(&list, (struct range){0x1000, 0x2000});
    arena_fail_after(0);
    assert_true(free_list_reserve(&list, &arena, 10, 0));
    assert_int_equal(list.count, 0);
    free_list_append(&list, (struct range){0x1000, 0x2000});
    assert_true(free_list_reserve_more(&list, &arena, 9));
    assert_false(free_list_reserve(&list, &arena, 6, 5));
    assert_int_equal(list.capacity, 10);
    arena_fail_after(NEVER);
    assert_true(free_list_reserve(&list, &arena, 6, 5));
    assert_true(list.capacity >= 20); /* at least doubles, to be enough soon */
}

#define test(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(random_lists),     test(touching_ranges_become_one),
        test(ranges_are_given), test(an_empty_list),
        test(room_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
