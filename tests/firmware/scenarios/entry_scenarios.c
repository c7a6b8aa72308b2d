/* SPDX-License-Identifier: BSD-2-Clause */
/* Entries as other loaders' tools and people write them: paths, lists of initrds, names with
 * counters. */
#include "tests/firmware/scenarios/scenarios.h"

#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/fake/images.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/fake/text.h"
#include "tests/firmware/fake/variables.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES "\\loader\\entries\\"

static void put_entry(const char *name, const char *text)
{
    char path[400];

    snprintf(path, sizeof(path), ENTRIES "%s", name);
    file_put_text(path, text);
}

static bool exists(const char *path)
{
    size_t size;

    return file_bytes(path, &size) != NULL;
}

/* ------------------------------------------------------------------------------------------------
 * Paths
 */

static const char *const separators[] = {"//", "\\\\", "\\/", "/./", "\\.\\.\\", "///"};

#define SEPARATORS ELEMENTS(separators)

static void separators_in_options(uint64_t seed)
{
    const char *separator = separators[seed];
    char line[200];

    setup_plain();
    put_kernel("\\boot\\linux", &plain_kernel);
    put_module("\\boot\\initrd", 700, "");
    put_module("\\boot\\a", 30, "x");
    snprintf(line, sizeof(line),
             "--initrd %sboot%sinitrd%s --module \"boot%sa%s x\" %sboot%slinux c", separator,
             separator, separator, separator, separator, separator, separator);
    options_set(line);
    expect_command_line("c");
}

static void separators_in_an_entry(uint64_t seed)
{
    const char *separator = separators[seed];
    char text[200];

    setup_plain();
    put_kernel("\\boot\\linux", &plain_kernel);
    put_module("\\boot\\initrd", 700, "");
    snprintf(text, sizeof(text), "linux %sboot%slinux\ninitrd %sboot%sinitrd%s\noptions c\n",
             separator, separator, separator, separator, separator);
    put_entry("a.conf", text);
    expect_command_line("c");
}

static void separators_to_a_program(uint64_t seed)
{
    (void)seed;
    setup_plain();
    put_entry("shell.conf", "efi //tools\\\\shell.efi\n");
    file_put_text("\\tools\\shell.efi", "a program");
    fake_program.path = "\\tools\\shell.efi";
}

/* 256 characters are the most that EDK2's FAT driver opens, from whichever directory. */
static void long_path(uint64_t seed)
{
    char path[300], text[400];

    setup_plain();
    memset(path, 'x', sizeof(path));
    memcpy(path, "\\one\\two\\", 9);
    path[257 + seed] = '\0'; /* with the first separator */
    put_kernel(path, &plain_kernel);
    snprintf(text, sizeof(text), "linux %s\noptions c\n", path);
    put_entry("a.conf", text);
    expect_command_line("c");
}

static void path_too_long(uint64_t seed)
{
    (void)seed;
    long_path(1);
}

static void name_too_long(uint64_t seed)
{
    char name[250];

    (void)seed;
    setup_plain();
    memset(name, 'x', sizeof(name));
    memcpy(name + sizeof(name) - 6, ".conf", 6);
    put_entry(name, "linux /vmlinux\noptions long\n");
    put_entry("short.conf", "linux /vmlinux\noptions short\n");
    expect_command_line("short");
}

/* ------------------------------------------------------------------------------------------------
 * Initrds
 */

static void setup_initrds(const char *lines)
{
    char text[300];

    setup_plain();
    put_module("\\one", 1001, "");
    put_module_part("\\my initrd", 702);
    put_module_part("\\two", 333);
    file_put("\\empty", "", 0);
    snprintf(text, sizeof(text), "linux /vmlinux\n%s\noptions c\n", lines);
    put_entry("a.conf", text);
    expect_command_line("c");
}

static void initrd_list(uint64_t seed)
{
    static const char *const lines[] = {
        "initrd /one $tuned_initrd\ninitrd /my initrd\ninitrd ${more} //two $x",
        "initrd /one\ninitrd /my initrd $tuned_initrd\ninitrd $tuned_initrd\ninitrd /two",
    };

    setup_initrds(lines[seed]);
}

static size_t empty_initrds; /* that the entry names */

static void initrd_empty(uint64_t seed)
{
    static const char *const lines[] = {
        "initrd /empty\ninitrd /one\ninitrd /my initrd\ninitrd /two",
        "initrd /one\ninitrd /my initrd\ninitrd /empty /two",
        "initrd /one\ninitrd /empty\ninitrd /empty\ninitrd /my initrd\ninitrd /two\ninitrd /empty",
    };

    empty_initrds = seed == 2 ? 3 : 1;
    setup_initrds(lines[seed]);
}

/* Each is told, and the line about the boot names the others. */
static void check_empty(void)
{
    size_t count = count_said("/empty: the file is empty and is left out of the initrd");

    if (count != empty_initrds)
        run_fail("%zu empty initrds are told instead of %zu", count, empty_initrds);
    if (!strstr(run_said(), ": vmlinux + one + my initrd + two, PVH entry"))
        run_fail("the files are not named");
}

static void initrds_all_empty(uint64_t seed)
{
    (void)seed;
    setup_plain();
    file_put("\\empty", "", 0);
    put_entry("a.conf", "linux /vmlinux\ninitrd /empty /empty\n");
}

static void module_empty(uint64_t seed)
{
    (void)seed;
    setup_plain();
    file_put("\\empty", "", 0);
    put_entry("a.conf", "linux /vmlinux\nmodule /empty x\n");
}

static void options_variable(uint64_t seed)
{
    (void)seed;
    setup_plain();
    put_entry("a.conf", "linux /vmlinux\noptions ro $tuned_params\n");
    expect_command_line("ro $tuned_params");
}

/* ------------------------------------------------------------------------------------------------
 * Names with counters
 */

static void put_counted(void)
{
    setup_plain();
    put_entry("new.conf", "sort-key a\nversion 2\nlinux /vmlinux\noptions new\n");
    put_entry("old+2-1.conf", "sort-key a\nversion 1\nlinux /vmlinux\noptions old\n");
    expect_command_line("old");
}

/* The names that the entry had two boots ago. */
static void selected_before_counting(uint64_t seed)
{
    static const char *const variables[] = {"LoaderEntryOneShot", "LoaderEntryDefault"};
    CHAR16 *value = widen("old+3.conf");

    put_counted();
    if (seed < ELEMENTS(variables))
        variable_put(&loader_variable_guid, variables[seed], value,
                     (units_length(value) + 1) * sizeof(*value));
    else if (seed == ELEMENTS(variables))
        file_put_text("\\loader\\loader.conf", "default o*+3.conf\n");
    else
        options_set("--entry old+3");
    free(value);
    if (seed < ELEMENTS(variables) + 1) /* it cannot be read */
        expect_fallback("new");
}

static void check_counted(void)
{
    if (!exists(ENTRIES "old+1-2.conf"))
        run_fail("the boot is not counted");
}

/*
 * A name of the greatest length gets too long with the tries done. Of a path that is too long to be
 * shown before a line that is not understood, the end is.
 */
static void counted_long(uint64_t seed)
{
    static char name[242];

    (void)seed;
    setup_plain();
    memset(name, 'x', sizeof(name));
    memcpy(name + sizeof(name) - 8, "+3.conf", 8);
    put_entry(name, "linux /vmlinux\noptions c\ncolour red\n");
    expect_command_line("c");
}

static void check_counted_long(void)
{
    char path[300];

    memset(path, 'x', sizeof(path));
    memcpy(path, ENTRIES, strlen(ENTRIES));
    memcpy(path + strlen(ENTRIES) + 234, "+2.conf", sizeof("+2.conf"));
    if (!exists(path))
        run_fail("the boot is not counted");
}

#define LONG_NAMES  100
#define ALLOCATIONS 8

static uint64_t refused;

/* Refuses one of the allocations that follow when the entries have been read. */
static void refuse_memory(enum service service, size_t call)
{
    static uint64_t allocations;

    (void)call;
    if (service == SERVICE_ALLOCATE_PAGES && files_reads() >= LONG_NAMES)
        memory_ways.exhausted = allocations++ == refused;
}

/*
 * So many long names are taken that there is not enough memory to make them all: the boot is not
 * counted then, or nothing is booted.
 */
static void counted_without_memory(uint64_t seed)
{
    char stem[230], name[250];

    setup_plain();
    memset(stem, 'x', sizeof(stem));
    stem[200 + seed / ALLOCATIONS] = '\0';
    snprintf(name, sizeof(name), "%s+3-1.conf", stem);
    put_entry(name, "linux /vmlinux\noptions c\n");
    for (unsigned i = 2; i <= LONG_NAMES; i++) {
        snprintf(name, sizeof(name), "%s+2-%u.conf", stem, i);
        put_entry(name, "linux /vmlinux\nversion 0\n");
    }
    expect_command_line("c");
    refused = seed % ALLOCATIONS;
}

const struct scenario entry_scenarios[] = {
    {"separators-options", separators_in_options, ENDING_BOOT, NULL, .seeds = SEPARATORS},
    {"separators-entry", separators_in_an_entry, ENDING_BOOT, NULL, .seeds = SEPARATORS},
    {"separators-program", separators_to_a_program, ENDING_SUCCESS, NULL},
    {"path-longest", long_path, ENDING_BOOT, NULL},
    {"path-too-long", path_too_long, ENDING_ERROR, "the path is too long; shorten it",
     .lasts = 3100},
    {"entry-name-too-long", name_too_long, ENDING_BOOT, "the path is too long; shorten it"},

    {"initrd-list", initrd_list, ENDING_BOOT, "\"$tuned_initrd\" is a variable of GRUB", .seeds = 2,
     .faults = true},
    {"initrd-empty", initrd_empty, ENDING_BOOT,
     "/empty: the file is empty and is left out of the initrd", check_empty, .seeds = 3,
     .faults = true},
    {"initrds-all-empty", initrds_all_empty, ENDING_ERROR, "the file is empty; copy it again",
     .lasts = 3100},
    {"module-empty", module_empty, ENDING_ERROR, "the file is empty; copy it again", .lasts = 3100},
    {"options-variable", options_variable, ENDING_BOOT, "\"$tuned_params\" is a variable of GRUB"},

    {"selected-before-counting", selected_before_counting, ENDING_BOOT, NULL, check_counted,
     .seeds = 4, .faults = true},
    {"counted-long", counted_long, ENDING_BOOT, "x+3.conf:3: unknown key", check_counted_long,
     .faults = true},
    {"counted-without-memory", counted_without_memory, ENDING_ANY, .hook = refuse_memory,
     .seeds = 4 * ALLOCATIONS},
    {.name = NULL},
};
