/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/options/image_options.h"

#include <string.h>

static struct arena arena;
static struct options options;
static unsigned profile;
static char error_buffer[256];
static struct text error;

static int start(void **state)
{
    (void)state;
    arena_begin_test(&arena);
    error = (struct text){error_buffer, sizeof(error_buffer), 0};
    error_buffer[0] = '\0';
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return arena_end_test(&arena);
}

static void parse(const char *line)
{
    if (!image_options_parse(line, &arena, &profile, &options, &error))
        fail_msg("%s: %s", line, error.data);
    assert_string_equal(error.data, "");
}

static void assert_refused(const char *line, const char *sentence)
{
    start(NULL);
    assert_false(image_options_parse(line, &arena, &profile, &options, &error));
    assert_string_equal(error.data, sentence);
    stop(NULL);
}

static void nothing_is_no_command_line(void **state)
{
    const char *const lines[] = {"", "  ", "\r\n", "--", "-- \n"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(lines); i++) {
        parse(lines[i]);
        assert_int_equal(profile, 0);
        assert_null(options.request.command_line);
        assert_null(options.request.kernel.path);
    }
}

static void the_command_line_is_kept_to_the_letter(void **state)
{
    static const struct {
        const char *line, *expected;
    } cases[] = {
        {"root=/dev/vda quiet", "root=/dev/vda quiet"},
        {"  a  b=\"c  d\" \n", "a  b=\"c  d\" "},
        {"--dry-run a --verbose", "a --verbose"},
        {"-- --verbose", "--verbose"},
        {"--unknown x", "--unknown x"},
        {"initrd=\\x y", "initrd=\\x y"},
        {"a -- b", "a -- b"},
        {"a --initrd=x", "a --initrd=x"},
        {"-- --initrd=x", "--initrd=x"},
        {"x @2", "x @2"},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(cases); i++) {
        parse(cases[i].line);
        assert_int_equal(profile, 0);
        assert_string_equal(options.request.command_line, cases[i].expected);
    }
}

static void flags_are_ours(void **state)
{
    (void)state;
    parse("@3 --verbose --dry-run --no-overlay  quiet");
    assert_int_equal(profile, 3);
    assert_true(options.verbose && options.dry_run && options.request.no_overlay);
    assert_false(options.help || options.overwrite_acpi_nvs);
    assert_string_equal(options.request.command_line, "quiet");
}

static void profiles(void **state)
{
    static const struct {
        const char *line;
        unsigned profile;
        const char *command_line;
    } cases[] = {
        {"@0", 0, NULL},
        {"@1", 1, NULL},
        {" @12 \r\n", 12, NULL},
        {"@1 a b", 1, "a b"},
        {"@4294967295", UINT32_MAX, NULL},
        {"@1 @2", 1, "@2"},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(cases); i++) {
        parse(cases[i].line);
        assert_int_equal(profile, cases[i].profile);
        if (cases[i].command_line)
            assert_string_equal(options.request.command_line, cases[i].command_line);
        else
            assert_null(options.request.command_line);
    }
}

static void mistakes_are_named(void **state)
{
    static const char *const profiles_without_number[] = {"@",   "@x",          "@1x", "@-1",
                                                          "@ 1", "@4294967296", "@1@2"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(profiles_without_number); i++)
        assert_refused(profiles_without_number[i], "@ needs the number of a profile, as in @1");
    assert_refused("--initrd=x", "this image contains its kernel and its files: --initrd cannot "
                                 "be used");
    assert_refused("@1 --verbose --module x", "this image contains its kernel and its files: "
                                              "--module cannot be used");
    assert_refused("--entry=x", "this image contains its kernel and its files: --entry cannot be "
                                "used");
}

static void out_of_memory_is_said(void **state)
{
    (void)state;
    for (size_t allocations = 0; allocations <= 4; allocations++) {
        error.length = 0;
        arena_fail_after(allocations);
        if (image_options_parse("--verbose --dry-run a b", &arena, &profile, &options, &error))
            break;
        assert_string_equal(error.data, "out of memory while reading the options");
        assert_true(allocations < 4); /* three words and the rest */
    }
    arena_fail_after(NEVER);
}

#define test(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(nothing_is_no_command_line),
        test(the_command_line_is_kept_to_the_letter),
        test(flags_are_ours),
        test(profiles),
        test(mistakes_are_named),
        test(out_of_memory_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
