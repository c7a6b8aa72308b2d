/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/ui/list_view.h"

#include <limits.h>

static struct list_view list_of(size_t count, size_t rows)
{
    struct list_view list = {.count = count, .rows = 1};

    list_view_resize(&list, rows);
    return list;
}

static void assert_list(const struct list_view *list, size_t selected, size_t first, size_t visible)
{
    assert_int_equal(list->selected, selected);
    assert_int_equal(list->first, first);
    assert_int_equal(list_view_visible(list), visible);
}

static void the_window_follows_the_bar(void **state)
{
    struct list_view list = list_of(200, 10);

    (void)state;
    assert_list(&list, 0, 0, 10);
    list_view_move(&list, 9);
    assert_list(&list, 9, 0, 10);
    list_view_move(&list, 1);
    assert_list(&list, 10, 1, 10);
    list_view_move(&list, -1);
    assert_list(&list, 9, 1, 10); /* no further than necessary */
    list_view_move(&list, -9);
    assert_list(&list, 0, 0, 10);
    list_view_move(&list, 10);
    list_view_move(&list, 10);
    assert_list(&list, 20, 11, 10);
    list_view_select(&list, SIZE_MAX);
    assert_list(&list, 199, 190, 10);
}

static void the_bar_stops_at_the_ends(void **state)
{
    struct list_view list = list_of(3, 10);

    (void)state;
    list_view_move(&list, -1);
    assert_list(&list, 0, 0, 3);
    list_view_move(&list, 7);
    assert_list(&list, 2, 0, 3);
    list_view_move(&list, LONG_MAX);
    assert_list(&list, 2, 0, 3);
    list_view_move(&list, LONG_MIN);
    assert_list(&list, 0, 0, 3);
    list_view_select(&list, 8);
    assert_list(&list, 2, 0, 3);
}

static void an_empty_list_is_a_list(void **state)
{
    struct list_view list = list_of(0, 10);

    (void)state;
    list_view_move(&list, 1);
    list_view_select(&list, 5);
    list_view_scroll(&list, 1);
    assert_list(&list, 0, 0, 0);
}

static void resizing_keeps_the_bar_and_wastes_no_row(void **state)
{
    struct list_view list = list_of(20, 5);

    (void)state;
    list_view_select(&list, 12);
    assert_list(&list, 12, 8, 5);
    list_view_resize(&list, 3);
    assert_list(&list, 12, 10, 3);
    list_view_resize(&list, 15);
    assert_list(&list, 12, 5, 15);
    list_view_resize(&list, 0); /* there is always one row */
    assert_list(&list, 12, 12, 1);
}

static void text_scrolls_by_its_window(void **state)
{
    struct list_view list = list_of(20, 8);

    (void)state;
    list_view_scroll(&list, 5);
    assert_list(&list, 5, 5, 8);
    list_view_scroll(&list, 100);
    assert_list(&list, 12, 12, 8);
    list_view_scroll(&list, -3);
    assert_list(&list, 9, 9, 8);
    list_view_scroll(&list, -100);
    assert_list(&list, 0, 0, 8);
    list = list_of(4, 8);
    list_view_scroll(&list, 1);
    assert_list(&list, 0, 0, 4);
}

static void take_random_step(struct list_view *list, struct random *random)
{
    long lines = (long)random_below(random, 60) - 30;

    switch (random_below(random, 4)) {
    case 0:
        list_view_move(list, lines);
        break;
    case 1:
        list_view_select(list, random_below(random, list->count + 5));
        break;
    case 2:
        list_view_resize(list, random_below(random, 30));
        break;
    default:
        list_view_scroll(list, lines);
        break;
    }
}

static void random_steps_keep_the_bar_in_the_window(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 500; seed++) {
        struct random random = random_start(seed);
        struct list_view list = list_of(random_below(&random, 50), random_below(&random, 20));

        for (int step = 0; step < 50; step++) {
            size_t visible;

            take_random_step(&list, &random);
            visible = list_view_visible(&list);
            check(visible == (list.count < list.rows ? list.count : list.rows));
            check(list.first + visible <= list.count);
            check(list.count == 0 ||
                  (list.selected >= list.first && list.selected < list.first + visible));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_window_follows_the_bar),
        cmocka_unit_test(the_bar_stops_at_the_ends),
        cmocka_unit_test(an_empty_list_is_a_list),
        cmocka_unit_test(resizing_keeps_the_bar_and_wastes_no_row),
        cmocka_unit_test(text_scrolls_by_its_window),
        cmocka_unit_test(random_steps_keep_the_bar_in_the_window),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
