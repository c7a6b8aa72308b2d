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

#define test(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(which_entry_is_the_default),
        test(exhausted_entries_make_room),
        test(no_entry_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
