/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of a machine's entry files on a server, the lists in them, and paths. */
#include "tests/lib/support.h"

#include "common/network/netboot.h"

#include <string.h>

static void assert_name(const struct netboot_machine *machine, size_t which, const char *expected)
{
    TEXT_ON_STACK(text, 100);

    netboot_append_name(&text, machine, which);
    assert_string_equal(text.data, expected);
}

static void test_names(void **state)
{
    const struct netboot_machine none = {.has_uuid = false};
    const struct netboot_machine flat = {.is_flat = true};
    const struct netboot_machine machine = {
        .has_uuid = true,
        .has_mac = true,
        .uuid = {0x78, 0x56, 0x34, 0x12, 0xbc, 0x9a, 0xf0, 0xde, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc,
                 0xde, 0xf0},
        .mac = {0x52, 0x54, 0x00, 0xab, 0x34, 0x56},
    };

    (void)state;
    assert_name(&machine, 0, "12345678-9abc-def0-1234-56789abcdef0.conf");
    assert_name(&machine, 1, "01-52-54-00-ab-34-56.conf");
    assert_name(&machine, 2, "default.conf");
    assert_name(&machine, 3, "");
    assert_name(&flat, 3, "pvhboot.conf");
    assert_name(&none, 0, "");
    assert_name(&none, 1, "");
    assert_name(&none, 2, "default.conf");
}

static void assert_list(const char *text, const char *expected)
{
    struct netboot_list list = netboot_list_of(text, strlen(text));
    TEXT_ON_STACK(names, 200);
    const char *name;
    size_t length;

    while (netboot_list_next(&list, &name, &length))
        text_format(&names, "%.*s|", (int)length, name);
    assert_string_equal(names.data, expected);
}

static void test_lists(void **state)
{
    (void)state;
    assert_list("entries a.conf b.conf\n", "a.conf|b.conf|");
    assert_list("# a list\nentries\ta.conf  \tb.conf \r\nentries c.conf", "a.conf|b.conf|c.conf|");
    assert_list("title x\nlinux /vmlinuz\n", "");
    assert_list("entries\n", "");
    assert_list("", "");
}

static void assert_path(const char *path, const char *expected)
{
    TEXT_ON_STACK(text, 100);

    netboot_append_path(&text, path);
    assert_string_equal(text.data, expected);
}

static void test_paths(void **state)
{
    (void)state;
    assert_path("\\loader\\entries\\a.conf", "pvhboot\\a.conf");
    assert_path("/Loader//entries/a.conf", "pvhboot/a.conf");
    assert_path("\\loader\\loader.conf", "\\loader\\loader.conf");
    assert_path("\\loader\\entries2\\a", "\\loader\\entries2\\a");
    assert_path("\\loader\\entrie\\a", "\\loader\\entrie\\a");
    assert_path("\\boader\\entries\\a", "\\boader\\entries\\a");
    assert_path("/vmlinuz", "/vmlinuz");
    assert_true(netboot_is_entries("\\loader\\entries"));
    assert_true(netboot_is_entries("loader/entries/"));
    assert_false(netboot_is_entries("\\loader"));
    assert_false(netboot_is_entries("\\loader\\entries\\a"));
    assert_false(netboot_is_entries("\\EFI\\Linux"));
}

static void test_flat_names(void **state)
{
    (void)state;
    assert_string_equal(netboot_flat_name("\\loader\\loader.conf"), "loader.conf");
    assert_string_equal(netboot_flat_name("/boot//x/vmlinuz"), "vmlinuz");
    assert_string_equal(netboot_flat_name("EFI2/x"), "x");
    assert_null(netboot_flat_name("\\vmlinuz"));
    assert_null(netboot_flat_name("\\efi\\BOOT\\BOOTX64.EFI"));
    assert_null(netboot_flat_name(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_flat_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
