/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/bls/entries.h"

#include "common/base/sort.h"
#include "common/bls/entry_default.h"
#include "common/bls/entry_order.h"

static void sort_entries(void)
{
    sort(entries, entry_count, sizeof(*entries), entry_compare);
}

/* The file name of the default entry; "-" for none. */
static const char *default_of(const struct default_selection *selection)
{
    size_t index = entries_choose_default(entries, entry_count, selection);

    assert_true(index <= entry_count);
    return index < entry_count ? entries[index].source.file_name : "-";
}

#define assert_default(name, of_one_shot, of_chosen, of_pattern, of_saved)                         \
    assert_string_equal(default_of(&(struct default_selection){.one_shot = (of_one_shot),          \
                                                               .chosen = (of_chosen),              \
                                                               .pattern = (of_pattern),            \
                                                               .saved = (of_saved)}),              \
                        (name))

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
    /* Precedence. */
    assert_default("debian-6.12.conf", "", "debian-6.12", "fedora", "debian-6.1");
    assert_default("debian-6.1+1-2.conf", "debian-6.1.conf", "debian-6.12", "fedora", "");
    assert_default("debian-6.1+1-2.conf", "", "", "@saved", "debian-6.1");
    assert_default("debian-6.1+1-2.conf", "", "@Saved", "debian-6.12", "debian-6.1.conf");
    assert_default("debian-6.12.conf", "", "", "debian-6.12", "debian-6.1");
    /* Selections that match no bootable entry are skipped. */
    assert_default("fedora.conf", "", "", "gentoo*", "");
    assert_default("fedora.conf", "arm", "nothing", "nothing.conf", "");
    assert_default("debian-6.12.conf", "gone", "gone too", "debian-6.12", "");
    assert_default("fedora.conf", "", "", "@saved", "");
    assert_default("fedora.conf", "", "", "@saved", "gone");
    assert_default("debian-6.12.conf", "", "@saved", "debian-6.12", "gone");
}

/* bootctl of systemd 252 and people write names with counters, which the next boot changes. */
static void names_with_counters_stay_right(void **state)
{
    (void)state;
    add("new.conf", "linux /a\nsort-key k\nversion 2");
    add("old+2-1.conf", "linux /a\nsort-key k\nversion 1");
    sort_entries();
    assert_default("old+2-1.conf", "old+3.conf", "", "", "");
    assert_default("old+2-1.conf", "", "old+3.conf", "", "");
    assert_default("old+2-1.conf", "", "", "OLD+3-0.conf", "");
    assert_default("old+2-1.conf", "", "", "o*+3", "");
    assert_default("old+2-1.conf", "", "@saved", "", "old+3.conf");
    assert_default("new.conf", "", "", "new+1-2.conf", ""); /* blessed */
    assert_default("new.conf", "", "", "old+x.conf", "");
    assert_true(entry_is_selected(&entries[1], "old+3.conf"));
    assert_false(entry_is_selected(&entries[0], "old+3.conf"));
    assert_int_equal(entries_find(entries, entry_count, "old+3.conf"), 1);
    assert_int_equal(entries_find(entries, entry_count, "new"), 0);
    assert_int_equal(entries_find(entries, entry_count, "o*+3"), 2); /* an ID is no pattern */
    assert_int_equal(entries_find(entries, entry_count, "none"), 2);
}

/* An ID that looks like a counter goes before the name without it. */
static void the_exact_name_goes_first(void **state)
{
    (void)state;
    add("z.conf", "linux /a");
    add("z+1+3.conf", "linux /a");
    assert_string_equal(entries[1].id, "z+1");
    assert_default("z+1+3.conf", "", "z+1", "", "");
    assert_default("z.conf", "", "z+2", "", "");
    assert_int_equal(entries_find(entries, entry_count, "z+1"), 1);
    assert_int_equal(entries_find(entries, entry_count, "z+2"), 0);
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
    assert_default("new+0-3.conf", "new", "", "", ""); /* explicitly selected for this boot */
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

static void what_is_preferred_is_stronger(void **state)
{
    const struct default_selection all = {"a", "b", "c", "", "d", "e", "f"};
    struct default_selection some = {.one_shot = "", .saved = "b", .pattern = "c"};

    (void)state;
    add("a.conf", "linux /a");
    add("b.conf", "linux /a");
    add("c.conf", "linux /a");
    add("d.conf", "linux /a");
    add("e+0.conf", "linux /a");
    add("f+0.conf", "linux /a");
    assert_string_equal(default_of(&all), "f+0.conf"); /* as of sysfail */
    assert_string_equal(default_of(&some), "c.conf");
    assert_string_equal(default_configured(&some), "c");
    some.preferred = "e+0.conf";
    assert_string_equal(default_of(&some), "c.conf");
    some.preferred = NULL;
    some.preferred_pattern = "e";
    assert_string_equal(default_of(&some), "c.conf"); /* it has no tries left */
    some.preferred_pattern = "@saved";
    assert_string_equal(default_of(&some), "b.conf");
    assert_string_equal(default_configured(&some), "@saved");
    some.preferred = "d";
    assert_string_equal(default_of(&some), "d.conf");
    assert_string_equal(default_configured(&some), "d");
    some.one_shot = "a";
    assert_string_equal(default_of(&some), "a.conf");
    assert_string_equal(default_configured(&(struct default_selection){.one_shot = "a"}), "");
}

static void add_automatic(const char *id, enum entry_action action, char key)
{
    assert_true(entry_count < MAX_ENTRIES);
    entry_init_automatic(&entries[entry_count], id, "An automatic one");
    entries[entry_count].action = action;
    entries[entry_count++].key = key;
}

static bool lacks(const char *one_shot, const char *chosen, const char *pattern, const char *saved)
{
    const struct default_selection selection = {
        .one_shot = one_shot, .chosen = chosen, .pattern = pattern, .saved = saved};

    return entries_lack_selected(entries, entry_count, &selection);
}

static void automatic_entries_are_booted_when_asked_for(void **state)
{
    (void)state;
    add_automatic("auto-reboot", ENTRY_REBOOT, 0);
    assert_default("-", "", "", "", "");
    assert_default("auto-reboot", "", "", "auto-*", "");
    add("nothing.conf", "title x");
    assert_default("-", "", "", "", "");
    add("x.conf", "linux /a");
    assert_default("x.conf", "", "", "", "");
    assert_default("x.conf", "", "", "auto-windows", "");
    assert_default("auto-reboot", "AUTO-REBOOT", "x", "x", "x");
    assert_default("auto-reboot", "", "auto-reboot", "x", "x");
    assert_default("auto-reboot", "", "", "@saved", "auto-reboot");
    add_automatic("secure-boot-keys-auto", ENTRY_ENROLL, 0);
    assert_default("x.conf", "secure-boot-keys-auto", "secure*", "secure*", "");
}

static void what_is_selected_may_be_lacking(void **state)
{
    (void)state;
    assert_false(lacks("", "", "", ""));
    assert_true(lacks("", "", "x", ""));
    add("x.conf", "linux /a");
    assert_false(lacks("x", "x", "x*", "gone"));
    assert_true(lacks("auto-windows", "x", "x", ""));
    assert_true(lacks("x", "auto-windows", "x", ""));
    assert_true(lacks("x", "", "auto-*", ""));
    assert_true(lacks("", "", "@saved", "auto-windows"));
    assert_false(lacks("", "", "@saved", ""));
    assert_true(entries_lack_selected(entries, entry_count,
                                      &(struct default_selection){.sysfail = "gone", .saved = ""}));
}

static void entries_have_keys(void **state)
{
    (void)state;
    add("a.conf", "linux /a");
    add("b.conf", "efi /b");
    add("c.conf", "pvh /c");
    add_automatic("auto-windows", ENTRY_STARTS, 'w');
    assert_int_equal(entries_find_key(entries, 4, 0, 'l'), 0);
    assert_int_equal(entries_find_key(entries, 4, 1, 'l'), 2);
    assert_int_equal(entries_find_key(entries, 4, 3, 'l'), 0);
    assert_int_equal(entries_find_key(entries, 4, 4, 'l'), 0);
    assert_int_equal(entries_find_key(entries, 4, 0, 'w'), 3);
    assert_int_equal(entries_find_key(entries, 4, 0, 's'), 4);
    assert_int_equal(entries_find_key(entries, 4, 0, 0), 4);
    assert_int_equal(entries_find_key(entries, 4, 0, 1), 4);
    assert_int_equal(entries_find_key(entries, 4, 3, '1'), 0);
    assert_int_equal(entries_find_key(entries, 4, 0, '4'), 3);
    assert_int_equal(entries_find_key(entries, 4, 0, '5'), 4);
    assert_int_equal(entries_find_key(entries, 4, 0, '0'), 4);
    assert_int_equal(entries_find_key(entries, 4, 0, 'l' | 1 << 24), 4);
    assert_int_equal(entries_find_key(entries, 0, 0, 'l'), 0);
    add("e.conf", "uki /e");
    assert_int_equal(entries_find_key(entries, 5, 3, 'l'), 4);
    while (entry_count < 10)
        add("x.conf", "");
    assert_int_equal(entries_find_key(entries, 10, 0, '9'), 8);
    assert_int_equal(entries_find_key(entries, 10, 0, '9' + 1), 10);
}

#define test(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(which_entry_is_the_default),
        test(names_with_counters_stay_right),
        test(the_exact_name_goes_first),
        test(exhausted_entries_make_room),
        test(no_entry_at_all),
        test(what_is_preferred_is_stronger),
        test(automatic_entries_are_booted_when_asked_for),
        test(what_is_selected_may_be_lacking),
        test(entries_have_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
