/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/bls/entries.h"

#include "common/bls/entry_command_line.h"

static const char *pass(const char *file_name, const char *command_line)
{
    entry_count = 0;
    add(file_name, "linux /a\n");
    assert_true(entry_can_be_passed(&entries[0]));
    return entry_command_line(&entries[0], command_line, &arena);
}

static void the_kernel_is_told_its_entry(void **state)
{
    (void)state;
    assert_string_equal(pass("a.conf", ""), "pvhboot.entry=a");
    assert_string_equal(pass("a.conf", "quiet"), "quiet pvhboot.entry=a");
    assert_string_equal(
        pass("a b+3.conf", "x"),
        "x pvhboot.entry=\"a b\" pvhboot.boot-count-path=/loader/entries/\"a b+3.conf\"");
    assert_string_equal(pass("gr\xc3\xbc\xc3\x9f.conf", ""), "pvhboot.entry=gr\xc3\xbc\xc3\x9f");
    arena_fail_after(0);
    assert_null(entry_command_line(&entries[0], "", &arena));
}

/* Such names would become kernel options, or refer to another entry. */
static void names_that_no_quotes_hold_together(void **state)
{
    static const char *const names[] = {"a\" init=b\".conf", "a\nb.conf", "a\tb.conf", "a\x7f.conf",
                                        "a\x1f.conf"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(names); i++) {
        add(names[i], "linux /a\n");
        check(!entry_can_be_passed(&entries[i]));
    }
}

#define test(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(the_kernel_is_told_its_entry),
        test(names_that_no_quotes_hold_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
