/* SPDX-License-Identifier: BSD-2-Clause */
/* Which sections of a unified kernel image apply to which profile. */
#include "tests/lib/support.h"

#include "common/uki/uki.h"

#include <stdio.h>
#include <string.h>

#define MOST 40

static struct arena arena;

static int start(void **state)
{
    (void)state;
    arena_begin_test(&arena);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return arena_end_test(&arena);
}

/* A list of sections by their names, each of which has its index for its place. */
struct list {
    struct pe_section items[MOST];
    struct pe_sections sections;
};

static void list_add(struct list *list, const char *name)
{
    struct pe_section *section = &list->items[list->sections.count++];

    assert_true(list->sections.count <= MOST && strlen(name) <= PE_NAME_SIZE);
    *section = (struct pe_section){.bytes = {list->sections.count, list->sections.count + 1}};
    memcpy(section->name, name, strlen(name));
}

static void list_make(struct list *list, const char *names)
{
    *list = (struct list){.sections = {.items = list->items}};
    while (*names) {
        char name[PE_NAME_SIZE + 1];
        int length;

        assert_int_equal(sscanf(names, "%8s%n", name, &length), 1);
        list_add(list, name);
        names += length;
        names += strspn(names, " ");
    }
}

/* `places` has the place of each kind; 0 for one that is not there. */
static void assert_profile(const struct list *list, unsigned profile,
                           const size_t places[UKI_SECTION_KINDS])
{
    struct error error = {.code = ERROR_NONE};
    struct uki uki;

    assert_true(uki_find_sections(&list->sections, profile, &uki, &error));
    for (enum uki_section_kind kind = 0; kind < UKI_SECTION_KINDS; kind++) {
        assert_int_equal(uki.present[kind], places[kind] != 0);
        assert_int_equal(uki.sections[kind].start, places[kind]);
    }
}

#define PLACES(...) ((const size_t[UKI_SECTION_KINDS]){__VA_ARGS__})

static void names_of_kinds(void **state)
{
    (void)state;
    assert_string_equal(uki_section_name(UKI_LINUX), ".linux");
    assert_string_equal(uki_section_name(UKI_HWIDS), ".hwids");
    assert_string_equal(uki_section_name(UKI_PINS), ".pins");
    for (enum uki_section_kind kind = 0; kind < UKI_SECTION_KINDS; kind++) {
        size_t places[UKI_SECTION_KINDS] = {0};
        struct list list;

        list_make(&list, uki_section_name(kind));
        places[kind] = 1;
        assert_profile(&list, 0, places);
        assert_int_equal(uki_has_kernel(&list.sections), kind == UKI_LINUX);
        assert_int_equal(uki_profile_count(&list.sections), kind == UKI_PROFILE);
    }
}

static void no_profiles(void **state)
{
    struct error error = {.code = ERROR_NONE};
    struct list list, empty;
    struct uki uki;

    (void)state;
    list_make(&list, ".text .linux .cmdline .linux .linuxx .osrel .cmdline .LINUX");
    list_make(&empty, "");
    assert_profile(&list, 0, PLACES([UKI_LINUX] = 2, [UKI_CMDLINE] = 3, [UKI_OSREL] = 6));
    assert_profile(&empty, 0, PLACES(0));
    assert_false(uki_find_sections(&list.sections, 1, &uki, &error));
    assert_error(&error, ERROR_NO_PROFILE, 1, 0);
}

static void profiles_replace_sections(void **state)
{
    struct list list;
    struct error error = {.code = ERROR_NONE};
    struct uki uki;

    (void)state;
    list_make(&list, ".linux .cmdline .initrd .profile .cmdline .cmdline .text .profile "
                     ".initrd .linux .profile .profile .osrel");
    assert_int_equal(uki_profile_count(&list.sections), 4);
    assert_profile(&list, 0,
                   PLACES([UKI_LINUX] = 1, [UKI_CMDLINE] = 5, [UKI_INITRD] = 3, [UKI_PROFILE] = 4));
    assert_profile(
        &list, 1, PLACES([UKI_LINUX] = 10, [UKI_CMDLINE] = 2, [UKI_INITRD] = 9, [UKI_PROFILE] = 8));
    assert_profile(
        &list, 2, PLACES([UKI_LINUX] = 1, [UKI_CMDLINE] = 2, [UKI_INITRD] = 3, [UKI_PROFILE] = 11));
    assert_profile(&list, 3,
                   PLACES([UKI_LINUX] = 1, [UKI_CMDLINE] = 2, [UKI_INITRD] = 3, [UKI_PROFILE] = 12,
                          [UKI_OSREL] = 13));
    assert_false(uki_find_sections(&list.sections, 4, &uki, &error));
    assert_error(&error, ERROR_NO_PROFILE, 4, 4);
    assert_false(uki_find_sections(&list.sections, UINT32_MAX, &uki, &error));
}

static void a_kernel_in_a_profile(void **state)
{
    struct list list;

    (void)state;
    list_make(&list, ".osrel .profile .profile .linux");
    assert_true(uki_has_kernel(&list.sections));
    assert_profile(&list, 0, PLACES([UKI_OSREL] = 1, [UKI_PROFILE] = 2));
    assert_profile(&list, 1, PLACES([UKI_OSREL] = 1, [UKI_PROFILE] = 3, [UKI_LINUX] = 4));
}

/* The place of a kind in the part of the list from `from` to the next .profile; 0 for none. */
static size_t find_in_part(const struct list *list, size_t from, const char *name)
{
    for (size_t i = from; i < list->sections.count; i++) {
        if (i > from && strcmp(list->items[i].name, ".profile") == 0)
            return 0;
        if (strcmp(list->items[i].name, name) == 0)
            return i + 1;
    }
    return 0;
}

static void add_random(struct list *list, struct random *random)
{
    static const char *const others[] = {".text", ".profile", ".linuxx", ""};
    size_t count = random_below(random, MOST);

    while (list->sections.count < count)
        list_add(list, random_chance(random, 50)
                           ? uki_section_name(random_below(random, UKI_SECTION_KINDS))
                           : others[random_below(random, ELEMENTS(others))]);
}

/* The places of a profile whose .profile is at `start`: in its own part, else in the base. */
static void find_places(const struct list *list, size_t start, size_t places[UKI_SECTION_KINDS])
{
    for (enum uki_section_kind kind = 0; kind < UKI_SECTION_KINDS; kind++) {
        const char *name = uki_section_name(kind);

        places[kind] = find_in_part(list, start, name);
        if (places[kind] == 0 && strcmp(list->items[0].name, ".profile") != 0)
            places[kind] = find_in_part(list, 0, name);
    }
}

static void any_list(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 1000; seed++) {
        struct random random = random_start(seed);
        size_t places[UKI_SECTION_KINDS];
        struct uki_walk walk;
        struct list list;
        unsigned profiles = 0;
        struct uki uki;

        list_make(&list, random_chance(&random, 80) ? ".text" : "");
        add_random(&list, &random);
        walk = uki_walk_start(&list.sections);
        for (size_t i = 0; i < list.sections.count; i++) {
            if (strcmp(list.items[i].name, ".profile") != 0)
                continue;
            find_places(&list, i, places);
            assert_profile(&list, profiles++, places);
            check(uki_walk_next(&walk, &uki));
            for (enum uki_section_kind kind = 0; kind < UKI_SECTION_KINDS; kind++)
                check(uki.sections[kind].start == places[kind]);
        }
        check(uki_walk_next(&walk, &uki) == (profiles == 0));
        check(!uki_walk_next(&walk, &uki));
        check(uki_profile_count(&list.sections) == profiles);
    }
}

static void assert_command_line(const char *section, size_t size, const char *expected)
{
    char copy[64];
    const char *line;

    memcpy(copy, section, size);
    line = uki_command_line(copy, size, &arena);
    assert_non_null(line);
    assert_string_equal(line, expected);
}

static void command_lines(void **state)
{
    (void)state;
    assert_command_line("", 0, "");
    assert_command_line("a b", 3, "a b");
    assert_command_line("\t a\tb\n\nc \r\n", 12, "a b  c");
    assert_command_line(" \n", 2, "");
    assert_command_line("a\0b", 3, "a");
    assert_command_line("a \0b", 4, "a");
    assert_command_line("\x01\x1f\xc3\xa4\x7fz\x7f", 7, "\xc3\xa4 z");
    arena_fail_after(0);
    assert_null(uki_command_line("a", 1, &arena));
    arena_fail_after(NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_kinds),
        cmocka_unit_test(no_profiles),
        cmocka_unit_test(profiles_replace_sections),
        cmocka_unit_test(a_kernel_in_a_profile),
        cmocka_unit_test(any_list),
        cmocka_unit_test_setup_teardown(command_lines, start, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
