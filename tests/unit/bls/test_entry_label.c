/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/bls/entries.h"

#include "common/bls/entry_label.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_labels(const char *const *labels)
{
    assert_true(entries_make_labels(entries, entry_count, &arena));
    for (size_t i = 0; i < entry_count; i++)
        assert_string_equal(entries[i].label, labels[i]);
}

static void labels(void **state)
{
    static const char *const expected[] = {
        "Only one",
        "untitled",
        "Debian (6.12)",
        "Debian (6.1) (aaaaaaaa)",
        "Debian (6.1) (bbbbbbbb)",
        "Fedora (x)",
        "Fedora (y)",
        "Fedora (9)",
        "Same (1) (cc) (p)",
        "Same (1) (cc) (q)",
        "Twice (z) (z.conf)",
        "Twice (z) (z+3.conf)",
    };

    (void)state;
    add("o.conf", "title Only one\nversion 1\nmachine-id 1");
    add("untitled.conf", "version 1");
    add("d.conf", "title Debian\nversion 6.12\nmachine-id aaaaaaaaaaaaaaaa");
    add("e.conf", "title Debian\nversion 6.1\nmachine-id aaaaaaaaaaaaaaaa");
    add("f.conf", "title Debian\nversion 6.1\nmachine-id bbbbbbbbbbbbbbbb");
    add("x.conf", "title Fedora");
    add("y.conf", "title Fedora");
    add("v.conf", "title Fedora\nversion 9");
    add("p.conf", "title Same\nversion 1\nmachine-id cc");
    add("q.conf", "title Same\nversion 1\nmachine-id cc");
    add("z.conf", "title Twice");
    add("z+3.conf", "title Twice");
    check_labels(expected);
    check_labels(expected); /* again, from the beginning */
}

/* A title may equal the label that another one gets. */
static void labels_that_meet_later(void **state)
{
    static const char *const expected[] = {"A (1) (x)", "A (2)", "A (1) (z)"};

    (void)state;
    add("x.conf", "title A\nversion 1");
    add("y.conf", "title A\nversion 2");
    add("z.conf", "title A (1)");
    check_labels(expected);
}

/* The ESP and the XBOOTLDR partition may have the same entry: there is nothing else to tell. */
static void labels_of_the_same_entry(void **state)
{
    static const char *const expected[] = {"A (a) (a.conf)", "A (a) (a.conf)"};

    (void)state;
    add("a.conf", "title A");
    add("a.conf", "title A");
    check_labels(expected);
}

static void labels_can_be_shown(void **state)
{
    static const char *const expected[] = {"\xef\xbf\xbd (1234567\xef\xbf\xbd)",
                                           "\xef\xbf\xbd (2\xef\xbf\xbd)", "a\xef\xbf\xbdz"};

    (void)state;
    add("x.conf", "title \xff\nmachine-id 1234567\xe2\x82\xac");
    add("y.conf", "title \xfe\nmachine-id 2\x1b");
    add("a\nz.conf", "");
    check_labels(expected);
}

static void no_memory_for_labels(void **state)
{
    size_t n = 0;

    (void)state;
    for (bool done = false; !done; n++) {
        start(NULL);
        add("x.conf", "title A\nversion 1");
        add("y.conf", "title A\nversion 2");
        add("z.conf", "title A\nversion 2");
        arena_fail_after(n);
        done = entries_make_labels(entries, entry_count, &arena);
        assert_int_equal(done, !arena_has_failed());
        stop(NULL);
    }
    assert_true(n > 5);
}

static int compare_labels(const void *a, const void *b)
{
    return strcmp(((const struct boot_entry *)a)->label, ((const struct boot_entry *)b)->label);
}

/* 4000 entries with the same title; a quadratic algorithm would take a minute. */
static void many_labels(void **state)
{
    enum { COUNT = 4000 };
    struct boot_entry *many = calloc(COUNT, sizeof(*many));
    char name[20];

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(name, sizeof(name), "%zu.conf", i);
        assert_true(parse_entry(name, "title A\nversion 1\n", &many[i]));
    }
    assert_true(entries_make_labels(many, COUNT, &arena));
    qsort(many, COUNT, sizeof(*many), compare_labels);
    for (size_t i = 1; i < COUNT; i++)
        assert_string_not_equal(many[i - 1].label, many[i].label);
    free(many);
}

#define test(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(labels),
        test(labels_that_meet_later),
        test(labels_of_the_same_entry),
        test(labels_can_be_shown),
        test(no_memory_for_labels),
        test(many_labels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
