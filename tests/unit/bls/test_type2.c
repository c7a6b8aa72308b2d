/* SPDX-License-Identifier: BSD-2-Clause */
/* Unified kernel images as entries: what is shown of them, their profiles, and damaged ones. */
#include "tests/lib/pe_file.h"
#include "tests/lib/support.h"

#include "common/base/architecture.h"
#include "common/bls/entry_command_line.h"
#include "common/bls/entry_order.h"
#include "common/bls/type2.h"

#include <stdlib.h>
#include <string.h>

#define DEBIAN "PRETTY_NAME=\"Debian 13\"\nID=debian\nVERSION_ID=13\n"

static struct arena arena;
static struct pe_file file;
static struct entry_list list;
static struct error error;
static size_t reads;

static int start(void **state)
{
    (void)state;
    arena_begin_test(&arena);
    pe_file_start(&file);
    list = (struct entry_list){.items = NULL};
    error_clear(&error);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    pe_file_free(&file);
    return arena_end_test(&arena);
}

static bool read_failing(const char *name, size_t fail_at)
{
    const struct entry_source from = {.kind = ENTRY_TYPE2, .file_name = name};
    struct test_source source;
    bool read;

    error_clear(&error);
    source_open(&source, file.bytes, file.size);
    source.fail_at = fail_at;
    read = type2_read(&from, &source.source, &arena, &list, &error);
    reads = source.reads;
    source_close(&source);
    assert_int_equal(read, error.code == ERROR_NONE);
    return read;
}

static bool read_as(const char *name)
{
    return read_failing(name, NEVER);
}

static void add(const char *section, const char *text)
{
    (void)pe_file_add_text(&file, section, text);
}

static void an_image(void **state)
{
    const struct boot_entry *entry;

    (void)state;
    add(".text", "code");
    add(".osrel", DEBIAN);
    add(".cmdline", "root=/dev/vda1\nquiet \n");
    add(".linux", "kernel");
    assert_true(read_as("Debian-13+2-1.EFI"));
    assert_int_equal(list.count, 1);
    entry = &list.items[0];
    assert_string_equal(entry->id, "Debian-13");
    assert_string_equal(entry->full_id, "Debian-13.efi");
    assert_string_equal(entry->profile_id, "");
    assert_string_equal(entry->request.title, "Debian 13");
    assert_string_equal(entry->version, "13");
    assert_string_equal(entry->sort_key, "debian");
    assert_string_equal(entry->machine_id, "");
    assert_string_equal(entry->request.command_line, "root=/dev/vda1 quiet");
    assert_string_equal(entry->efi.path, "\\EFI\\Linux\\Debian-13+2-1.EFI");
    assert_int_equal(entry->count.left, 2);
    assert_int_equal(entry->profile, 0);
    assert_null(entry->request.kernel.path);
    assert_null(entry->problem);
    assert_true(entry_is_bootable(entry));
    assert_in_range(reads, 1, 5); /* headers, table, two texts */
    assert_string_equal(entry_load_options(entry, NULL, &arena), "");
    assert_string_equal(entry_load_options(entry, "a b", &arena), "a b");
}

static void what_is_no_entry(void **state)
{
    (void)state;
    add(".linux", "kernel");
    assert_false(read_as("a.efi"));
    assert_error(&error, ERROR_NO_OS_RELEASE);
    add(".osrel", "VERSION=1\nPRETTY_NAME=\n"); /* no name */
    assert_false(read_as("a.efi"));
    assert_error(&error, ERROR_NO_OS_RELEASE);
    pe_file_free(&file);
    pe_file_start(&file);
    add(".osrel", "");
    add(".linux", "kernel");
    assert_false(read_as("a.efi"));
    assert_error(&error, ERROR_NO_OS_RELEASE);
    put_number(pe_file_header(&file) + 4, 2, PE_MACHINE_IA32); /* an image for other firmware */
    assert_false(read_as("a.efi"));
    assert_error(&error, ERROR_NO_PROGRAM);
    put_number(pe_file_header(&file) + 4, 2, 0xaa64);
    assert_false(read_as("a.efi"));
    assert_error(&error, ERROR_NO_PROGRAM);
    assert_int_equal(list.count, 0);
}

static void assert_profile(size_t index, const char *full_id, const char *title,
                           const char *options, const char *edited)
{
    const struct boot_entry *entry = &list.items[index];

    assert_string_equal(entry->full_id, full_id);
    assert_string_equal(entry->request.title, title);
    assert_string_equal(entry_load_options(entry, NULL, &arena), options);
    assert_string_equal(entry_load_options(entry, "x y", &arena), edited);
    assert_int_equal(entry->profile, index);
}

static void profiles(void **state)
{
    (void)state;
    add(".osrel", DEBIAN);
    add(".cmdline", "base");
    add(".profile", "ID=main\n");
    add(".profile", "ID=factory\nTITLE=\"Factory reset\"\n");
    add(".cmdline", "factory");
    add(".profile", "ID=rescue");
    add(".profile", "");
    add(".osrel", "NAME=Other\n");
    assert_true(read_as("x+3.efi"));
    assert_int_equal(list.count, 4);
    assert_profile(0, "x.efi", "Debian 13", "", "x y");
    assert_profile(1, "x.efi@factory", "Debian 13 (Factory reset)", "@1", "@1 x y");
    assert_profile(2, "x.efi@rescue", "Debian 13 (rescue)", "@2", "@2 x y");
    assert_profile(3, "x.efi@3", "Other (Profile #4)", "@3", "@3 x y");
    assert_string_equal(list.items[0].request.command_line, "base");
    assert_string_equal(list.items[1].request.command_line, "factory");
    assert_string_equal(list.items[1].id, "x@factory");
    assert_string_equal(list.items[3].sort_key, "");
    assert_int_equal(list.items[3].count.left, 3);
}

/* Profiles without anything in them, and room for their rows, which a section makes. */
static void put_profiles(size_t count)
{
    static const uint8_t room[(TYPE2_PROFILES_MAX + 3) * 40];

    (void)pe_file_add(&file, ".text", room, sizeof(room));
    put_number(pe_file_row(&file, 0) + 8, 4, 0);
    add(".osrel", DEBIAN);
    for (size_t i = 0; i < count; i++)
        memcpy(pe_file_row(&file, file.count + i), ".profile", 8);
    put_number(pe_file_header(&file) + 6, 2, file.count + count);
}

static void more_profiles_than_are_looked_at(void **state)
{
    const size_t last = TYPE2_PROFILES_MAX - 1;

    (void)state;
    put_profiles(TYPE2_PROFILES_MAX + 1);
    assert_true(read_as("x.efi"));
    assert_int_equal(list.count, TYPE2_PROFILES_MAX);
    assert_in_range(reads, 1, 20); /* the .osrel that they share is read once */
    assert_profile(last, "x.efi@255", "Debian 13 (Profile #256)", "@255", "@255 x y");
}

static void the_first_profile_has_a_title(void **state)
{
    (void)state;
    add(".osrel", DEBIAN);
    add(".profile", "ID=main\nTITLE=Main\n");
    assert_true(read_as("x.efi"));
    assert_profile(0, "x.efi", "Debian 13 (Main)", "", "x y");
}

/* A profile without a name is left out; the others keep their numbers. */
static void a_name_in_one_profile(void **state)
{
    (void)state;
    add(".linux", "kernel");
    add(".profile", "ID=a");
    add(".profile", "ID=b");
    add(".osrel", DEBIAN);
    assert_true(read_as("x.efi"));
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].full_id, "x.efi@b");
    assert_string_equal(entry_load_options(&list.items[0], NULL, &arena), "@1");
}

static void ids_of_profiles(void **state)
{
    const struct boot_entry *base, *factory;

    (void)state;
    add(".osrel", DEBIAN);
    add(".profile", "");
    add(".profile", "ID=Fac");
    assert_true(read_as("x+3.efi"));
    base = &list.items[0];
    factory = &list.items[1];
    assert_true(entry_has_id(base, "X.efi") && !entry_has_id(factory, "x.efi"));
    assert_true(entry_has_id(base, "x") && !entry_has_id(factory, "x"));
    assert_true(entry_has_id(factory, "x@fac") && !entry_has_id(base, "x@fac"));
    assert_true(entry_has_id(factory, "x.efi@FAC") && !entry_has_id(base, "x.efi@fac"));
    assert_true(entry_has_id(base, "x+3.efi") && !entry_has_id(factory, "x+3.efi"));
    assert_true(entry_has_id(factory, "X+3.efi@fac") && !entry_has_id(factory, "x+2.efi@fac"));
    assert_false(entry_has_id(factory, "@fac") || entry_has_id(factory, "y+3.efi@fac"));
    assert_true(entry_had_id(base, "x+9.efi") && !entry_had_id(factory, "x+9.efi"));
    assert_true(entry_had_id(factory, "x+9-1.efi@fac") && !entry_had_id(base, "x+9.efi@fac"));
    assert_true(entry_had_id(factory, "x+9@fac") && !entry_had_id(factory, "x+9@other"));
    assert_true(entry_matches(base, "x*") && entry_matches(factory, "x*"));
    assert_true(entry_matches(factory, "*@fac*") && !entry_matches(base, "*@fac*"));
    assert_true(entry_matches(base, "x+3*") && !entry_matches(factory, "x+3*"));
}

/* By file, then by number, whatever the profiles are called. */
static void the_order(void **state)
{
    TEXT_ON_STACK(ids, 200);

    (void)state;
    add(".osrel", DEBIAN);
    add(".profile", "ID=m");
    add(".profile", "ID=z");
    add(".profile", "ID=a");
    assert_true(read_as("b+3.efi") && read_as("c.efi") && read_as("b-2.efi"));
    qsort(list.items, list.count, sizeof(*list.items), entry_compare);
    for (size_t i = 0; i < list.count; i++)
        text_format(&ids, "%s ", list.items[i].id);
    assert_string_equal(ids.data, "c c@z c@a b-2 b-2@z b-2@a b b@z b@a ");
}

static void a_text_that_is_too_long(void **state)
{
    char *text = calloc(1, TYPE2_TEXT_MAX + 1);

    (void)state;
    assert_non_null(text);
    memset(text, ' ', TYPE2_TEXT_MAX + 1);
    add(".osrel", DEBIAN);
    (void)pe_file_add(&file, ".cmdline", text, TYPE2_TEXT_MAX + 1);
    assert_false(read_as("x.efi"));
    assert_error(&error, ERROR_SECTION_TOO_LARGE, TYPE2_TEXT_MAX + 1, TYPE2_TEXT_MAX);
    assert_string_equal(error.reason, ".cmdline");
    put_number(pe_file_row(&file, 1) + 8, 4, TYPE2_TEXT_MAX);
    assert_true(read_as("x.efi"));
    free(text);
}

static void what_is_shown_is_printable(void **state)
{
    (void)state;
    add(".osrel", "NAME=\"a\x1b[1m\"\nID=b\x07\nVERSION=\xff\n");
    add(".profile", "");
    add(".profile", "ID=\x01\n");
    assert_true(read_as("x.efi"));
    assert_string_equal(list.items[0].request.title, "a\xef\xbf\xbd[1m");
    assert_string_equal(list.items[0].sort_key, "b\xef\xbf\xbd");
    assert_string_equal(list.items[0].version, "\xef\xbf\xbd");
    assert_string_equal(list.items[1].full_id, "x.efi@\xef\xbf\xbd");
}

/* After a failure the list is as it was before. */
static void reads_and_memory_that_fail(void **state)
{
    bool read = false;

    (void)state;
    add(".osrel", DEBIAN);
    add(".cmdline", "a");
    add(".profile", "ID=a\nTITLE=A\n");
    add(".profile", "ID=b\nTITLE=B\n");
    assert_true(read_as("before.efi"));
    for (size_t fail_at = 0; !read; fail_at++) {
        list.count = 2;
        read = read_failing("x.efi", fail_at);
        assert_true(read || error.code == ERROR_READ);
        assert_int_equal(list.count, read ? 4 : 2);
    }
    read = false;
    for (size_t allocations = 0; !read; allocations++) {
        list.count = 2;
        arena_fail_after(allocations);
        read = read_as("x.efi");
        arena_fail_after(NEVER);
        assert_true(read || error.code == ERROR_OUT_OF_MEMORY);
        assert_int_equal(list.count, read ? 4 : 2);
    }
}

#define test(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(an_image),
        test(what_is_no_entry),
        test(profiles),
        test(more_profiles_than_are_looked_at),
        test(the_first_profile_has_a_title),
        test(a_name_in_one_profile),
        test(ids_of_profiles),
        test(the_order),
        test(a_text_that_is_too_long),
        test(what_is_shown_is_printable),
        test(reads_and_memory_that_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
