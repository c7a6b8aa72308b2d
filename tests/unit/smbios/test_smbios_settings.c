/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/smbios/smbios_settings.h"

#include <string.h>

static struct {
    struct arena arena;
    struct smbios_settings settings;
} test;

static int start(void **state)
{
    (void)state;
    arena_begin_test(&test.arena);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return arena_end_test(&test.arena);
}

/* The strings of one structure; each ends with a NUL. */
static bool read_strings(const char *strings, size_t size)
{
    static uint8_t bytes[1000];
    struct smbios_walk walk = {.bytes = bytes, .size = size + 6};

    check(size + 6 <= sizeof(bytes));
    memset(bytes, 0, sizeof(bytes));
    bytes[0] = 11;
    bytes[1] = 5;
    memcpy(bytes + 5, strings, size);
    return smbios_settings_read(&walk, &test.arena, &test.settings);
}

#define READ(strings) read_strings(strings, sizeof(strings) - 1)

#define ENTRY      "io.systemd.boot.entries-extra:"
#define BY_MANUALS "io.systemd.boot-entries.extra:"

static void all_settings(void **state)
{
    const struct smbios_settings *settings = &test.settings;

    (void)state;
    assert_true(READ("io.systemd.credential:a=b\0" ENTRY "a.conf=title A\nlinux /a\n\0"
                     "io.systemd.boot.timeout=5\0" BY_MANUALS "b=efi /b\0"
                     "io.systemd.boot.kernel-cmdline-extra=quiet x=y\0"
                     "io.systemd.stub.kernel-cmdline-extra=debug\0" ENTRY "C.CONF=\0"));
    assert_int_equal(settings->entry_count, 3);
    assert_string_equal(settings->entries[0].file_name, "a.conf");
    assert_string_equal(settings->entries[0].text, "title A\nlinux /a\n");
    assert_string_equal(settings->entries[1].file_name, "b.conf");
    assert_string_equal(settings->entries[1].text, "efi /b");
    assert_string_equal(settings->entries[2].file_name, "C.CONF");
    assert_string_equal(settings->entries[2].text, "");
    assert_string_equal(settings->timeout, "5");
    assert_string_equal(settings->boot_options, "quiet x=y");
    assert_string_equal(settings->stub_options, "debug");
}

/* Of settings that are there twice, the first counts; what is no setting does not. */
static void the_first_counts(void **state)
{
    (void)state;
    assert_true(READ("io.systemd.boot.timeout=\0io.systemd.boot.timeout=5\0"
                     "Io.systemd.boot.timeout=6\0" ENTRY "=linux /a\0" ENTRY "a\0"));
    assert_null(test.settings.entries);
    assert_string_equal(test.settings.timeout, "");
    assert_int_equal(test.settings.entry_count, 0);
    assert_null(test.settings.boot_options);
    assert_null(test.settings.stub_options);
}

/* What ends like a suffix without its dot is a name that needs one. */
static void a_name_without_a_dot(void **state)
{
    (void)state;
    assert_true(READ(ENTRY "xconf=linux /a\0"));
    assert_int_equal(test.settings.entry_count, 1);
    assert_string_equal(test.settings.entries[0].file_name, "xconf.conf");
}

static void out_of_memory(void **state)
{
    size_t count = 0;
    bool done;

    (void)state;
    do {
        arena_fail_after(count++);
        done = READ(ENTRY "a=1\0" ENTRY "b=2\0" ENTRY "c=3\0" ENTRY "d=4\0" ENTRY "e=5\0");
        assert_int_equal(done, !arena_has_failed());
    } while (!done);
    assert_in_range(count, 7, 12);
    assert_int_equal(test.settings.entry_count, 5);
}

#define test(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(all_settings),
        test(the_first_counts),
        test(a_name_without_a_dot),
        test(out_of_memory),
    };

    return cmocka_run_group_tests_name("smbios_settings", tests, NULL, NULL);
}
