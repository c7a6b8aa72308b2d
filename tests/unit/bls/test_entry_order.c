/* SPDX-License-Identifier: BSD-2-Clause */
/* Entries among others: their order, the default, labels. */
#include "tests/lib/support.h"

#include "common/base/sort.h"
#include "common/bls/entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ENTRIES 16

static struct arena arena;
static struct boot_entry entries[MAX_ENTRIES];
static size_t entry_count;

static int start(void **state)
{
    (void)state;
    arena_begin_test(&arena);
    entry_count = 0;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return arena_end_test(&arena);
}

static void add(const char *name, const char *text)
{
    assert_true(entry_count < MAX_ENTRIES);
    assert_true(entry_parse(name, text, strlen(text), &arena, &entries[entry_count++]));
}

static void sort_entries(void)
{
    sort(entries, entry_count, sizeof(*entries), entry_compare);
}

struct file {
    const char *name, *text;
};

/* Every pair of the files has to be in the order that they are given in. */
static void assert_order(const struct file *files, size_t count)
{
    arena_release(&arena);
    entry_count = 0;
    for (size_t i = 0; i < count; i++)
        add(files[i].name, files[i].text);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(entry_compare(&entries[i], &entries[i]), 0);
        for (size_t j = i + 1; j < count; j++) {
            if (entry_compare(&entries[i], &entries[j]) >= 0 ||
                entry_compare(&entries[j], &entries[i]) <= 0)
                fail_msg("%s has to be before %s", files[i].name, files[j].name);
        }
    }
}

/* The rules of the specification, one after the other. */
static void the_order_of_entries(void **state)
{
    static const struct file ordered[] = {
        {"a1.conf", "sort-key debian\nmachine-id 1\nversion 6.12"},
        {"a0.conf", "sort-key debian\nmachine-id 1\nversion 6.12"},
        {"b.conf", "sort-key debian\nmachine-id 1\nversion 6.1"},
        {"c.conf", "sort-key debian\nmachine-id 1\nversion 6.1~rc1"},
        {"c1.conf", "sort-key debian\nmachine-id 1"}, /* no version is the oldest */
        {"d.conf", "sort-key debian\nmachine-id 2\nversion 9"},
        {"e.conf", "sort-key fedora\nversion 1"},
        {"f.conf", "sort-key fedora\nmachine-id 1\nversion 9"}, /* none is lower than any */
        {"linux-6.12.conf", "machine-id 1\nversion 1"},
        {"linux-6.2.conf", "machine-id 0\nversion 2"},
        {"linux-6.1.conf", "machine-id 1\nversion 9"},
        {"a+0-3.conf", "sort-key a\nversion 99"},
        {"z+0-1.conf", "sort-key debian"},
        {"linux-7+0.conf", "version 99"},
        {"linux-5+0-1.conf", "version 99"},
    };

    (void)state;
    assert_order(ordered, ELEMENTS(ordered));
}

/* Entries that have tries left are as good as those that are not counted. */
static void counters_and_the_order(void **state)
{
    static const struct file names[] = {
        {"linux-6.3+1-9.conf", ""},  {"linux-6.2.conf", ""},      {"linux-6.1+10-1.conf", ""},
        {"linux-6.1+9-1.conf", ""},  {"linux-6.1+8-1.conf", ""},  {"linux-6.1+2-9.conf", ""},
        {"linux-6.1+2-10.conf", ""}, {"linux-6.0.conf", ""},      {"linux-6.9+0-3.conf", ""},
        {"linux-6.1+0-9.conf", ""},  {"linux-6.1+0-10.conf", ""},
    };
    static const struct file keys[] = {
        {"new+1-2.conf", "sort-key k\nversion 2"},
        {"old.conf", "sort-key k\nversion 1"},
        {"newest+0-3.conf", "sort-key k\nversion 3"},
    };

    (void)state;
    assert_order(names, ELEMENTS(names));
    assert_order(keys, ELEMENTS(keys));
}

/* The specification compares names without their suffix, so that "6.1" is older than "6.1-2". */
static void names_without_their_suffix(void **state)
{
    static const struct file names[] = {
        {"linux-6.1-2.conf", ""},
        {"linux-6.1.conf", ""},
        {"linux-6.1~rc1.conf", ""},
    };

    (void)state;
    assert_order(names, ELEMENTS(names));
}

/* No two files compare as equal, or a menu would change with the order of the directory. */
static void any_two_files_have_an_order(void **state)
{
    (void)state;
    add("a.conf", "sort-key k\nversion 1");
    add("A.conf", "sort-key k\nversion 1");
    add("a_.conf", "sort-key k\nversion 1");
    add("a+0.conf", "");
    add("a+00.conf", "");
    for (size_t i = 0; i < entry_count; i++) {
        for (size_t j = 0; j < entry_count; j++)
            assert_int_equal(entry_compare(&entries[i], &entries[j]) == 0, i == j);
    }
}

static void names_of_an_entry(void **state)
{
    static const char *const good[] = {"debian-6.1", "debian-6.1.conf", "DEBIAN-6.1",
                                       "debian-6.1.CONF", "debian-6.1+3.conf"};
    static const char *const bad[] = {"",  "debian-6",     "debian-6.1.con",
                                      "*", "debian-6.1+3", "debian-6.1.conf.conf"};

    (void)state;
    add("debian-6.1+3.conf", "");
    for (size_t i = 0; i < ELEMENTS(good); i++)
        assert_true(entry_has_id(&entries[0], good[i]));
    for (size_t i = 0; i < ELEMENTS(bad); i++)
        assert_false(entry_has_id(&entries[0], bad[i]));
}

/* A name of the greatest length is no shorter name. */
static void long_names(void **state)
{
    char name[3 * 255 + 1], id[3 * 255 + 1];

    (void)state;
    for (size_t i = 0; i < 250; i++)
        memcpy(name + 3 * i, "\xe2\x82\xac", 3); /* the Euro sign: one unit in UTF-16 */
    memcpy(name + 750, ".conf", 6);
    add(name, "");
    assert_true(entry_has_id(&entries[0], name));
    memcpy(id, name, 750);
    id[750] = '\0';
    assert_true(entry_has_id(&entries[0], id));
    id[747] = '\0';
    assert_false(entry_has_id(&entries[0], id));
}

/* The name of the default's file; "-" for none. */
static const char *default_of(const struct default_selection *selection)
{
    size_t index = entries_choose_default(entries, entry_count, selection);

    assert_true(index <= entry_count);
    return index < entry_count ? entries[index].file_name : "-";
}

#define assert_default(name, one_shot, chosen, pattern, saved)                                     \
    assert_string_equal(                                                                           \
        default_of(&(struct default_selection){(one_shot), (chosen), (pattern), (saved)}), (name))

static void which_entry_is_the_default(void **state)
{
    (void)state;
    add("debian-6.12.conf", "linux /a");
    add("debian-6.1+1-2.conf", "linux /a");
    add("arm.conf", "linux /a\narchitecture aa64");
    add("fedora.conf", "linux /a");
    add("nothing.conf", "title x");
    sort_entries();
    assert_default("fedora.conf", "", "", "", ""); /* the first in the order */
    assert_default("debian-6.12.conf", "", "", "debian-*", "");
    assert_default("debian-6.12.conf", "", "", "debian-*.conf", "");
    assert_default("debian-6.1+1-2.conf", "", "", "*6.1", "");
    assert_default("debian-6.1+1-2.conf", "", "", "*6.1.conf", "");
    assert_default("debian-6.1+1-2.conf", "", "", "debian-6.1+*.conf", "");
    assert_default("debian-6.12.conf", "", "", "DEBIAN*", "");
    /* Strength. */
    assert_default("debian-6.12.conf", "", "debian-6.12", "fedora", "debian-6.1");
    assert_default("debian-6.1+1-2.conf", "debian-6.1.conf", "debian-6.12", "fedora", "");
    assert_default("debian-6.1+1-2.conf", "", "", "@saved", "debian-6.1");
    assert_default("debian-6.1+1-2.conf", "", "@Saved", "debian-6.12", "debian-6.1.conf");
    assert_default("debian-6.12.conf", "", "", "debian-6.12", "debian-6.1");
    /* What matches nothing that can be booted is passed over. */
    assert_default("fedora.conf", "", "", "gentoo*", "");
    assert_default("fedora.conf", "arm", "nothing", "nothing.conf", "");
    assert_default("debian-6.12.conf", "gone", "gone too", "debian-6.12", "");
    assert_default("fedora.conf", "", "", "@saved", "");
    assert_default("fedora.conf", "", "", "@saved", "gone");
    assert_default("debian-6.12.conf", "", "@saved", "debian-6.12", "gone");
}

static void exhausted_entries_make_room(void **state)
{
    (void)state;
    add("new+0-3.conf", "linux /a\nsort-key k\nversion 2");
    add("old.conf", "linux /a\nsort-key k\nversion 1");
    sort_entries();
    assert_default("old.conf", "", "", "", "");
    assert_default("old.conf", "", "", "new*", "");
    assert_default("old.conf", "", "new", "", "");
    assert_default("old.conf", "", "", "@saved", "new");
    assert_default("new+0-3.conf", "new", "", "", ""); /* somebody asks for this boot */
    entry_count = 1;
    entries[0] = entries[1];
    assert_true(entry_is_exhausted(&entries[0]));
    assert_default("new+0-3.conf", "", "", "", ""); /* better than none */
}

static void no_entry_at_all(void **state)
{
    (void)state;
    assert_default("-", "", "", "*", "");
    add("arm.conf", "linux /a\narchitecture aa64");
    assert_default("-", "arm", "arm", "*", "arm");
}

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
    check_labels(expected); /* once more, from the beginning */
}

/* A title may be what another one becomes. */
static void labels_that_meet_later(void **state)
{
    static const char *const expected[] = {"A (1) (x)", "A (2)", "A (1) (z)"};

    (void)state;
    add("x.conf", "title A\nversion 1");
    add("y.conf", "title A\nversion 2");
    add("z.conf", "title A (1)");
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
        stop(NULL);
    }
    assert_true(n > 5);
}

static int compare_labels(const void *a, const void *b)
{
    return strcmp(((const struct boot_entry *)a)->label, ((const struct boot_entry *)b)->label);
}

/* 4000 entries of one title; quadratic work would take a minute. */
static void many_labels(void **state)
{
    enum { COUNT = 4000 };
    struct boot_entry *many = calloc(COUNT, sizeof(*many));
    char name[20];

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(name, sizeof(name), "%zu.conf", i);
        assert_true(entry_parse(name, "title A\nversion 1\n", 18, &arena, &many[i]));
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
        test(the_order_of_entries),
        test(counters_and_the_order),
        test(names_without_their_suffix),
        test(any_two_files_have_an_order),
        test(names_of_an_entry),
        test(long_names),
        test(which_entry_is_the_default),
        test(exhausted_entries_make_room),
        test(no_entry_at_all),
        test(labels),
        test(labels_that_meet_later),
        test(labels_can_be_shown),
        test(no_memory_for_labels),
        test(many_labels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
