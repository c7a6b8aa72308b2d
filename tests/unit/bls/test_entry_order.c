/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/bls/entries.h"

#include "common/bls/entry_order.h"

struct file {
    const char *name, *text;
};

/* Checks that every pair of files compares in the given order. */
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

/* The rules of the specification, one by one. */
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
        {"f.conf", "sort-key fedora\nmachine-id 1\nversion 9"}, /* no key is lower than any */
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

/* Entries with tries left are equal to uncounted ones. */
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

/* No two files are equal, or the menu's order would depend on the directory's. */
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

/* Of two partitions, of several kinds, or of one image. */
static void the_same_name_several_times(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4; i++)
        add("a.conf", "");
    entries[1].source.is_other = true;
    entries[2].source.kind = ENTRY_SMBIOS;
    entries[3].profile = 1;
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = i + 1; j < 4; j++) {
            assert_true(entry_compare(&entries[i], &entries[j]) < 0);
            assert_true(entry_compare(&entries[j], &entries[i]) > 0);
        }
    }
}

#define test(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(the_order_of_entries),        test(counters_and_the_order),
        test(names_without_their_suffix),  test(any_two_files_have_an_order),
        test(the_same_name_several_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
