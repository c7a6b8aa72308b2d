/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/uki/uki.h"
#include "tests/lib/pe_file.h"

#include <string.h>

static struct arena arena;
static struct pe_file file;
static struct pe_sections sections;
static struct uki uki;
static struct error error;

static int start(void **state)
{
    (void)state;
    arena_begin_test(&arena);
    pe_file_start(&file);
    error_clear(&error);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    pe_file_free(&file);
    return arena_end_test(&arena);
}

static void read_sections(enum pe_layout layout)
{
    assert_true(pe_read_sections(&file.source.source, layout, &arena, &sections, &error));
}

static void assert_section(enum uki_section_kind kind, const char *text)
{
    struct range range = uki.sections[kind];

    assert_int_equal(uki.present[kind], text != NULL);
    if (!text)
        return;
    assert_int_equal(range_size(range), strlen(text));
    assert_memory_equal(file.bytes + range.start, text, strlen(text));
}

static void find(unsigned profile)
{
    assert_true(uki_find_sections(&sections, profile, &uki, &error));
}

static void an_image_without_sections(void **state)
{
    (void)state;
    read_sections(PE_IN_MEMORY);
    assert_int_equal(sections.count, 0);
    assert_false(uki_has_kernel(&sections));
    assert_int_equal(uki_profile_count(&sections), 0);
    find(0);
    for (enum uki_section_kind kind = 0; kind < UKI_SECTION_KINDS; kind++)
        assert_section(kind, NULL);
    assert_false(uki_find_sections(&sections, 1, &uki, &error));
    assert_error(&error, ERROR_NO_PROFILE, 1, 0);
}

static void sections_by_name(void **state)
{
    (void)state;
    pe_file_add_text(&file, ".text", "code");
    for (enum uki_section_kind kind = 0; kind < UKI_SECTION_KINDS; kind++) {
        if (kind != UKI_PROFILE)
            pe_file_add_text(&file, uki_section_name(kind), uki_section_name(kind));
    }
    pe_file_add_text(&file, ".linuxx", "another");
    for (enum pe_layout layout = PE_IN_FILE; layout <= PE_IN_MEMORY; layout++) {
        read_sections(layout);
        assert_true(uki_has_kernel(&sections));
        find(0);
        for (enum uki_section_kind kind = 0; kind < UKI_SECTION_KINDS; kind++)
            assert_section(kind, kind == UKI_PROFILE ? NULL : uki_section_name(kind));
    }
}

/* base | profile 0 | profile 1 | profile 2 */
static void profiles_overlay_the_base(void **state)
{
    (void)state;
    pe_file_add_text(&file, ".linux", "kernel");
    pe_file_add_text(&file, ".cmdline", "base");
    pe_file_add_text(&file, ".cmdline", "ignored: not the first of the base");
    pe_file_add_text(&file, ".profile", "ID=a");
    pe_file_add_text(&file, ".profile", "ID=b");
    pe_file_add_text(&file, ".cmdline", "one");
    pe_file_add_text(&file, ".cmdline", "ignored too");
    pe_file_add_text(&file, ".initrd", "initrd");
    pe_file_add_text(&file, ".profile", "ID=c");
    pe_file_add_text(&file, ".linux", "other");
    read_sections(PE_IN_MEMORY);
    assert_int_equal(uki_profile_count(&sections), 3);
    find(0);
    assert_section(UKI_LINUX, "kernel");
    assert_section(UKI_CMDLINE, "base");
    assert_section(UKI_PROFILE, "ID=a");
    assert_section(UKI_INITRD, NULL);
    find(1);
    assert_section(UKI_LINUX, "kernel");
    assert_section(UKI_CMDLINE, "one");
    assert_section(UKI_PROFILE, "ID=b");
    assert_section(UKI_INITRD, "initrd");
    find(2);
    assert_section(UKI_LINUX, "other");
    assert_section(UKI_CMDLINE, "base");
    assert_section(UKI_PROFILE, "ID=c");
    assert_false(uki_find_sections(&sections, 3, &uki, &error));
    assert_error(&error, ERROR_NO_PROFILE, 3, 3);
    assert_false(uki_find_sections(&sections, UINT32_MAX, &uki, &error));
}

static void command_lines(void **state)
{
    static const struct {
        const char *text;
        size_t size;
        const char *line;
    } cases[] = {
        {"", 0, ""},
        {" \n\t", 3, ""},
        {"root=/dev/vda quiet\n", 20, "root=/dev/vda quiet"},
        {"  a\tb\r\nc \n\n", 11, "a b  c"},
        {"a\0b", 3, "a"},
        {"a\x7f\x1fz", 4, "a  z"},
        {"sch\xc3\xb6n", 6, "sch\xc3\xb6n"},
        {"abc", 2, "ab"},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(cases); i++)
        assert_string_equal(uki_command_line(cases[i].text, cases[i].size, &arena), cases[i].line);
    arena_fail_after(0);
    assert_null(uki_command_line("a", 1, &arena));
    arena_fail_after(NEVER);
}

#define test(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(an_image_without_sections),
        test(sections_by_name),
        test(profiles_overlay_the_base),
        test(command_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
