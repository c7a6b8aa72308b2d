/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/bls/boot_count.h"

#include <string.h>

static struct arena arena;

static int stop(void **state)
{
    (void)state;
    return arena_end_test(&arena);
}

static void names_with_counters(void **state)
{
    static const struct {
        const char *name, *id;
        uint32_t left, done;
    } rows[] = {
        {"debian+3.conf", "debian", 3, 0},
        {"debian+2-1.conf", "debian", 2, 1},
        {"debian+0-3.conf", "debian", 0, 3},
        {"debian+0.conf", "debian", 0, 0},
        {"debian+3.CONF", "debian", 3, 0},
        {"a+b+3.conf", "a+b", 3, 0},
        {"a+1+3.conf", "a+1", 3, 0}, /* the last + counts */
        {"6.1-2+10-02.conf", "6.1-2", 10, 2},
        {"x.conf+3.conf", "x.conf", 3, 0},
        {"x+2147483647-2147483647.conf", "x", 2147483647, 2147483647},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        struct boot_count count = boot_count_parse(rows[i].name, ".conf");

        assert_true(count.counted);
        assert_int_equal(count.left, rows[i].left);
        assert_int_equal(count.done, rows[i].done);
        assert_int_equal(boot_count_id_length(rows[i].name, ".conf"), strlen(rows[i].id));
        assert_memory_equal(rows[i].name, rows[i].id, strlen(rows[i].id));
    }
}

static void names_that_only_look_like_it(void **state)
{
    static const char *const rows[][2] = {
        {"debian.conf", "debian"},
        {"debian.CONF", "debian"},
        {"debian", "debian"},
        {"debian+3", "debian+3"},
        {"debian+.conf", "debian+"},
        {"debian+a.conf", "debian+a"},
        {"debian+3a.conf", "debian+3a"},
        {"debian+3-.conf", "debian+3-"},
        {"debian+-1.conf", "debian+-1"},
        {"debian+3--1.conf", "debian+3--1"},
        {"debian+3-1-1.conf", "debian+3-1-1"},
        {"debian+3.1.conf", "debian+3.1"},
        {"debian+3.conf.conf", "debian+3.conf"},
        {"debian+ 3.conf", "debian+ 3"},
        {"debian+2147483648.conf", "debian+2147483648"},
        {"debian+1-2147483648.conf", "debian+1-2147483648"},
        {"debian+1-99999999999999999999.conf", "debian+1-99999999999999999999"},
        {"debian+3+b.conf", "debian+3+b"},
        {"+3.conf", "+3"}, /* there would be no ID */
        {"12.conf", "12"},
        {".conf", ""},
        {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        struct boot_count count = boot_count_parse(rows[i][0], ".conf");

        assert_false(count.counted);
        assert_int_equal(count.left, 0);
        assert_int_equal(count.done, 0);
        assert_int_equal(boot_count_id_length(rows[i][0], ".conf"), strlen(rows[i][1]));
        assert_string_equal(boot_count_next_name(rows[i][0], ".conf", 0, &arena), rows[i][0]);
    }
}

/* The two examples of systemd's Automatic Boot Assessment, up to their last names. */
static void each_boot_counts(void **state)
{
    static const char *const series[][6] = {
        {"foobar+3.conf", "foobar+2-1.conf", "foobar+1-2.conf", "foobar+0-3.conf",
         "foobar+0-3.conf"},
        {"foobar+4-0.conf", "foobar+3-1.conf", "foobar+2-2.conf", "foobar+1-3.conf",
         "foobar+0-4.conf", "foobar+0-4.conf"},
        {"a+b+10.CONF", "a+b+9-1.CONF"},
        {"x+1-2147483647.conf", "x+0-2147483647.conf"},
        {"x+0.conf", "x+0.conf"},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(series); i++) {
        for (size_t j = 1; j < ELEMENTS(series[i]) && series[i][j]; j++)
            assert_string_equal(boot_count_next_name(series[i][j - 1], ".conf", 0, &arena),
                                series[i][j]);
    }
}

/* "x+2-1.conf" beside "x+3.conf" is another file's name: LEFT goes down all the same. */
static void other_names_when_one_is_taken(void **state)
{
    static const struct {
        const char *name;
        unsigned taken;
        const char *next;
    } rows[] = {
        {"x+3.conf", 1, "x+2-2.conf"},
        {"x+3-5.CONF", 3, "x+2-9.CONF"},
        {"x+3-2147483645.conf", 0, "x+2-2147483646.conf"},
        {"x+3-2147483645.conf", 1, "x+2-2147483647.conf"},
        {"x+3-2147483645.conf", 2, "x+2-2147483645.conf"},
        {"x+3-2147483647.conf", 0, "x+2-2147483647.conf"},
        {"x+3-2147483647.conf", 1, "x+2-2147483646.conf"},
        {"x+3-1.conf", BOOT_COUNT_NAMES - 1, "x+2.conf"},
        {"x+10.conf", BOOT_COUNT_NAMES - 1, "x+9.conf"},
        {"x.conf", 1, "x.conf"},
        {"x+0-3.conf", 1, "x+0-3.conf"},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++)
        assert_string_equal(boot_count_next_name(rows[i].name, ".conf", rows[i].taken, &arena),
                            rows[i].next);
}

/* No two names are the same. */
static void all_next_names_differ(void **state)
{
    static const char *const names[] = {"x+3.conf", "x+3-2147483600.conf", "x+3-2147483647.conf"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(names); i++) {
        for (unsigned a = 0; a < BOOT_COUNT_NAMES; a++) {
            const char *next = boot_count_next_name(names[i], ".conf", a, &arena);

            assert_int_equal(boot_count_parse(next, ".conf").left, 2);
            for (unsigned b = 0; b < a; b++)
                assert_string_not_equal(next, boot_count_next_name(names[i], ".conf", b, &arena));
        }
    }
}

static void no_memory_for_the_next_name(void **state)
{
    (void)state;
    arena_fail_after(0);
    assert_null(boot_count_next_name("x+3.conf", ".conf", 0, &arena));
    assert_string_equal(boot_count_next_name("x.conf", ".conf", 0, &arena), "x.conf");
}

#define test(function) cmocka_unit_test_teardown(function, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(names_with_counters),   test(names_that_only_look_like_it),
        test(each_boot_counts),      test(other_names_when_one_is_taken),
        test(all_next_names_differ), test(no_memory_for_the_next_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
