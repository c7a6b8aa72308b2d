/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of entries and of their files. */
#include "tests/unit/bls/entries.h"

#include <string.h>

static void names_of_entry_files(void **state)
{
    static const char *const good[] = {"a.conf",      "A.CONF",   "a+3-1.conf", "auto.conf",
                                       "xauto-.conf", "a b.conf", "a.conf.conf"};
    static const char *const bad[] = {"",      ".conf",      ".a.conf",
                                      "a",     "a.conf.bak", "auto-x.conf",
                                      "a.efi", "aconf",      "AUTO-windows.conf"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(good); i++)
        assert_true(entry_source_takes_name(ENTRY_TYPE1, good[i]));
    for (size_t i = 0; i < ELEMENTS(bad); i++)
        assert_false(entry_source_takes_name(ENTRY_TYPE1, bad[i]));
}

static void names_of_an_entry(void **state)
{
    static const char *const good[] = {"debian-6.1", "debian-6.1.conf", "DEBIAN-6.1",
                                       "debian-6.1.CONF", "debian-6.1+3.conf"};
    static const char *const bad[] = {"",
                                      "debian-6",
                                      "debian-6.1.con",
                                      "*",
                                      "debian-6.1+3",
                                      "debian-6.1.conf.conf",
                                      "debian-6.1+4.conf",
                                      "xebian-6.1+3.conf"};

    (void)state;
    add("debian-6.1+3.conf", "");
    for (size_t i = 0; i < ELEMENTS(good); i++)
        assert_true(entry_has_id(&entries[0], good[i]));
    for (size_t i = 0; i < ELEMENTS(bad); i++)
        assert_false(entry_has_id(&entries[0], bad[i]));
}

static void a_name_is_copied(void **state)
{
    char name[] = "a+3.conf";

    (void)state;
    add(name, "");
    memset(name, 'x', sizeof(name) - 1);
    assert_string_equal(entries[0].source.file_name, "a+3.conf");
    assert_string_equal(entries[0].full_id, "a.conf");
}

/* A name that was right before the last boots. */
static void names_of_earlier_boots(void **state)
{
    static const char *const good[] = {"x+3.conf", "x+3-1.conf", "X+1-2.CONF", "x+3", "x+3-1"};
    static const char *const bad[] = {"x",        "x.conf",    "x+a.conf",
                                      "y+3.conf", "xx+3.conf", "+3.conf"};
    static const char *const patterns[] = {"x+3.conf", "?+3", "*+3-1.conf", "[x]+0.conf"};
    char long_id[2000];

    (void)state;
    add("x+2-1.conf", "");
    for (size_t i = 0; i < ELEMENTS(good); i++)
        assert_true(entry_had_id(&entries[0], good[i]) && entry_matched(&entries[0], good[i]));
    for (size_t i = 0; i < ELEMENTS(bad); i++)
        assert_false(entry_had_id(&entries[0], bad[i]) || entry_matched(&entries[0], bad[i]));
    for (size_t i = 0; i < ELEMENTS(patterns); i++)
        assert_true(entry_matched(&entries[0], patterns[i]));
    assert_false(entry_had_id(&entries[0], "?+3"));
    memset(long_id, '*', sizeof(long_id));
    memcpy(long_id + sizeof(long_id) - 3, "+3", 3);
    assert_false(entry_matched(&entries[0], long_id)); /* longer than any name: not truncated */
    memcpy(long_id + 797, "+33", sizeof("+33"));
    assert_false(entry_matched(&entries[0], long_id));
}

/* An ID from the menu is a pattern in the variable that it is saved in. */
static void a_name_matches_itself(void **state)
{
    static const char *const names[] = {"x[1].conf", "x!{a}+3.conf", "[.conf", "[!x].conf"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(names); i++) {
        add(names[i], "");
        assert_true(entry_matches(&entries[i], entries[i].full_id));
        assert_true(entry_matches(&entries[i], entries[i].id));
        assert_true(entry_matches(&entries[i], names[i]));
    }
}

/* Names of the maximum length are not truncated. */
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

static void assert_path(const struct boot_entry *entry, const char *expected)
{
    TEXT_ON_STACK(path, 100);

    entry_append_path(&path, entry);
    assert_string_equal(path.data, expected);
    assert_string_equal(entry_source_path(&entry->source, &arena), expected);
}

/* The new file name when a counted entry is booted. */
static void a_new_name_of_the_file(void **state)
{
    const char *name;

    (void)state;
    add("a b+3.CONF", "");
    assert_string_equal(entries[0].full_id, "a b.conf");
    assert_path(&entries[0], "\\loader\\entries\\a b+3.CONF");
    name = entry_next_file_name(&entries[0], 0, &arena);
    assert_string_equal(name, "a b+2-1.CONF");
    entry_set_file_name(&entries[0], name);
    assert_path(&entries[0], "\\loader\\entries\\a b+2-1.CONF");
    assert_true(entries[0].count.counted);
    assert_int_equal(entries[0].count.left, 2);
    assert_int_equal(entries[0].count.done, 1);
    assert_string_equal(entries[0].id, "a b");
    arena_fail_after(0);
    assert_null(entry_next_file_name(&entries[0], 0, &arena));
    assert_null(entry_source_path(&entries[0].source, &arena));
}

#define test(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(names_of_entry_files),   test(names_of_an_entry),     test(a_name_is_copied),
        test(names_of_earlier_boots), test(a_name_matches_itself), test(long_names),
        test(a_new_name_of_the_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
