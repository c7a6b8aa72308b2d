/* SPDX-License-Identifier: BSD-2-Clause */
/* What files beside a unified kernel image are, and what an addon may contain. */
#include "tests/lib/pe_file.h"
#include "tests/lib/support.h"

#include "common/uki/companion.h"

#include <string.h>

static struct arena arena;
static struct pe_file file;
static struct uki addon;
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

static void names(void **state)
{
    static const struct {
        const char *name;
        enum companion_kind kind;
    } cases[] = {
        {"a.addon.efi", COMPANION_ADDON},
        {"A.ADDON.EFI", COMPANION_ADDON},
        {"a b~.addon.efi", COMPANION_ADDON},
        {"addon.efi", COMPANION_NONE},
        {"a.efi", COMPANION_NONE},
        {"a.addon.efi.bak", COMPANION_NONE},
        {"a.cred", COMPANION_CREDENTIAL},
        {"a.raw", COMPANION_SYSEXT},
        {"a.sysext.raw", COMPANION_SYSEXT},
        {"a.confext.raw", COMPANION_CONFEXT},
        {"a.Confext.Raw", COMPANION_CONFEXT},
        {"confext.raw", COMPANION_SYSEXT},
        {".cred", COMPANION_NONE},
        {".a.cred", COMPANION_NONE},
        {"..cred", COMPANION_NONE},
        {"\xc3\xa4.cred", COMPANION_NONE},
        {"a\n.cred", COMPANION_NONE},
        {"a\x1f.cred", COMPANION_NONE},
        {"a\x7f.cred", COMPANION_NONE},
        {"../../etc/x.cred", COMPANION_NONE},
        {"a/../b.cred", COMPANION_NONE},
        {"a\\b.cred", COMPANION_NONE},
        {"", COMPANION_NONE},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(cases); i++)
        assert_int_equal(companion_kind_of(cases[i].name), cases[i].kind);
}

static bool read_addon(const char *uname)
{
    return addon_read(file.bytes, file.size, uname, &arena, &addon, &error);
}

static void sections(void **state)
{
    uint64_t options = pe_file_add_text(&file, ".cmdline", "quiet");

    (void)state;
    pe_file_add_text(&file, ".initrd", "x");
    assert_true(read_addon(NULL));
    assert_true(addon.present[UKI_CMDLINE] && addon.present[UKI_INITRD]);
    assert_false(addon.present[UKI_UCODE]);
    assert_int_equal(addon.sections[UKI_CMDLINE].start, options);
    assert_int_equal(range_size(addon.sections[UKI_CMDLINE]), 5);
}

static void a_kernel_inside(void **state)
{
    (void)state;
    pe_file_add_text(&file, ".profile", "ID=x");
    pe_file_add_text(&file, ".linux", "x");
    assert_false(read_addon(NULL));
    assert_int_equal(error.code, ERROR_ADDON_WITH_KERNEL);
}

static void the_kernels_name(void **state)
{
    (void)state;
    assert_true(read_addon("6.1"));
    pe_file_add_text(&file, ".uname", "6.1\n");
    assert_true(read_addon(NULL));
    assert_true(read_addon("6.1"));
    assert_false(read_addon("6.1.0"));
    assert_int_equal(error.code, ERROR_ADDON_UNAME);
    assert_false(read_addon("6"));
    arena_fail_after(0);
    assert_false(read_addon("6.1"));
    assert_int_equal(error.code, ERROR_OUT_OF_MEMORY);
    arena_fail_after(NEVER);
}

/* The certificates are at the end, and no part of what they sign. */
static void sections_among_certificates(void **state)
{
    uint8_t *optional;

    (void)state;
    pe_file_add_text(&file, ".cmdline", "quiet");
    optional = pe_file_header(&file) + 24;
    put_number(optional + 108, 4, 6);
    put_number(optional + 148, 4, 8);
    put_number(optional + 144, 4, file.size - 8);
    assert_true(read_addon(NULL));
    put_number(pe_file_row(&file, 0) + 8, 4, 0xff8);
    assert_true(read_addon(NULL));
    put_number(pe_file_row(&file, 0) + 8, 4, 0xff9);
    assert_false(read_addon(NULL));
    assert_int_equal(error.code, ERROR_PE_SECTION_OUTSIDE);
}

static void no_program(void **state)
{
    (void)state;
    file.bytes[0] = 'X';
    assert_false(read_addon(NULL));
    assert_int_equal(error.code, ERROR_NO_PROGRAM);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        TEST(sections),
        TEST(a_kernel_inside),
        TEST(the_kernels_name),
        TEST(sections_among_certificates),
        TEST(no_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
