/* SPDX-License-Identifier: BSD-2-Clause */
/* Unusual names of entries, failures of variables, and unusual events in the menu. */
#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/text.h"
#include "tests/firmware/fake/variables.h"
#include "tests/firmware/scenarios/machines.h"
#include "tests/firmware/scenarios/scenarios.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/support.h"

#include "common/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES "\\loader\\entries\\"
#define EURO    "\xe2\x82\xac" /* a character of three bytes */

static void put_entry(const char *name, const char *text)
{
    char path[400];

    snprintf(path, sizeof(path), ENTRIES "%s", name);
    file_put_text(path, text);
}

/* A name with `what` repeated `count` times. */
static const char *long_name(const char *what, size_t count, const char *end)
{
    static char buffer[400];
    struct text name = {buffer, sizeof(buffer), 0};

    while (count-- > 0)
        text_append(&name, what);
    text_append(&name, end);
    return buffer;
}

/* ------------------------------------------------------------------------------------------------
 * Names
 */

/* Files of macOS and editors, and names reserved by systemd-boot, are not entries. */
static void hidden_entries(uint64_t seed)
{
    (void)seed;
    setup_plain();
    put_entry("b.conf", "linux /vmlinux\nversion 1\n");
    put_entry("._b.conf", "linux /hidden\nversion 2\nsort-key a\n");
    put_entry("auto-b.conf", "linux /automatic\nversion 2\nsort-key a\n");
}

/* With another counter the name would be too long for a file system: it goes without. */
static void longest_name(uint64_t seed)
{
    (void)seed;
    setup_plain();
    medium_ways.long_paths = true;
    put_entry(long_name("a", 247, "+3.conf"), "linux /vmlinux\n");
}

static void check_longest_name(void)
{
    char path[400];
    size_t size;

    snprintf(path, sizeof(path), ENTRIES "%s", long_name("a", 247, "+2.conf"));
    if (!file_bytes(path, &size))
        run_fail("the boot is not counted, or the name is cut off");
}

/* FAT limits UTF-16 units, each of which can be three bytes of UTF-8. */
static void foreign_name(uint64_t seed)
{
    (void)seed;
    setup_plain();
    put_entry(long_name(EURO, 120, "+3.conf"), "linux /vmlinux\n");
}

static void check_foreign_name(void)
{
    char path[400];

    snprintf(path, sizeof(path), ENTRIES "%s", long_name(EURO, 120, "+2-1.conf"));
    check_loader_variable("LoaderBootCountPath", path);
}

/*
 * Control characters in a command line, or in the name of a missing file (1), must not reach the
 * terminal, nor the log, which is read on one.
 */
static void escape_sequence(uint64_t seed)
{
    setup_plain();
    if (seed == 1)
        put_entry("b.conf", "sort-key a\nlinux /vmlinux\ninitrd /\x1b[2J\xc2\x9bgone\n");
    put_entry("a.conf", "linux /vmlinux\noptions console=\x1b[2Jtty\xc2\x9b!\n");
    expect_command_line("console=\x1b[2Jtty\xc2\x9b!");
}

static void check_escape_sequence(void)
{
    if (strpbrk(run_said(), "\x1b") || strstr(run_said(), "\xc2\x9b"))
        run_fail("a control character reaches the console");
}

/* ------------------------------------------------------------------------------------------------
 * The menu
 */

static void press(unsigned second, CHAR16 key)
{
    keys_press(second * TICKS_PER_SECOND, 0, key);
}

static void set_up_menu(void)
{
    machine_usual();
    file_put_text("\\loader\\loader.conf", "timeout menu-force\n");
    put_kernel("\\vmlinux", &plain_kernel);
}

/* Choosing the default entry, which is selected already. */
static void choose_default(uint64_t seed)
{
    (void)seed;
    set_up_menu();
    put_entry(long_name(EURO, 120, ".conf"), "linux /vmlinux\n");
    press(1, 'D');
    press(2, '\r');
}

static void check_choose_default(void)
{
    check_loader_variable("LoaderEntryDefault", long_name(EURO, 120, ".conf"));
}

static void take_default_back(uint64_t seed)
{
    (void)seed;
    set_up_menu();
    put_entry("a.conf", "linux /vmlinux\n");
    variable_put(&loader_variable_guid, "LoaderEntryDefault", L"a.conf", 14);
    press(1, 'D');
    press(2, '\r');
}

static void check_take_default_back(void)
{
    size_t size;

    if (variable_find(&loader_variable_guid, "LoaderEntryDefault", &size))
        run_fail("the default is still kept");
}

/* The screen disappears while the only entry, which cannot be booted, is tried. */
static void lost_screen(uint64_t seed)
{
    (void)seed;
    set_up_menu();
    put_entry("a.conf", "linux /vmlinux\narchitecture aa64\n");
    press(1, '\r');
}

/* The default that somebody has chosen fails, and is not started again, nor is another one. */
static void lost_screen_after_choice(uint64_t seed)
{
    (void)seed;
    set_up_menu();
    put_entry("a.conf", "sort-key a\nlinux /gone\n");
    put_entry("b.conf", "sort-key b\nlinux /vmlinux\n");
    press(1, '\r');
}

static void take_screen(enum service service, size_t call)
{
    (void)call;
    if (service == SERVICE_READ_KEY)
        fake_system_table.ConOut->Mode = NULL;
}

static EFI_STATUS(EFIAPI *set_variable)(CHAR16 *, EFI_GUID *, UINT32, UINTN, void *);

static EFI_STATUS EFIAPI set_no_indications(CHAR16 *name, EFI_GUID *guid, UINT32 attributes,
                                            UINTN size, void *data)
{
    return name[0] == 'O' ? EFI_DEVICE_ERROR : set_variable(name, guid, attributes, size, data);
}

/* The firmware offers its setup, but refuses to write the variable. */
static void refused_set_up(uint64_t seed)
{
    (void)seed;
    set_up_menu();
    put_entry("a.conf", "linux /vmlinux\n");
    support_setup();
    set_variable = fake_runtime_services.SetVariable;
    fake_runtime_services.SetVariable = set_no_indications;
    press(1, 'f');
    press(2, '\r');
}

/* Printed once immediately, and once by the menu, which clears the screen. */
static void check_refused_set_up(void)
{
    static const char message[] = "cannot ask the firmware for its setup";
    const char *first = strstr(run_said(), message);

    if (!first || !strstr(first + 1, message))
        run_fail("the menu does not say why the firmware's set-up cannot be had");
}

/* Random text for parsers and the screen, with wide and invalid characters. */
static void random_screen_text(struct random *random, char *text, size_t size)
{
    static const char *const pieces[] = {"a",
                                         "Z ",
                                         " ",
                                         "\t",
                                         "-",
                                         "~",
                                         "\"",
                                         "\\",
                                         "*",
                                         "\xe4",
                                         "\x1b[",
                                         "\xe2\x82\xac",
                                         "\xcc\x81",
                                         "12345",
                                         ": ",
                                         "\xe6\xbc\xa2",
                                         "\xf0\x9f\x98\x80",
                                         "\xef\xbb\xbf",
                                         "word",
                                         "\xed\xa0\x80"};
    size_t most = random_below(random, size);
    struct text joined = {text, size, 0};

    text[0] = '\0';
    while (joined.length + 8 < most)
        text_append(&joined, pieces[random_below(random, ELEMENTS(pieces))]);
}

static void put_random_entry(struct random *random, unsigned number)
{
    char name[40], title[600], options[3000], text[4400];

    random_screen_text(random, title, random_chance(random, 80) ? 60 : sizeof(title));
    random_screen_text(random, options, random_chance(random, 50) ? 100 : sizeof(options));
    snprintf(name, sizeof(name), "e%u%s.conf", number, random_chance(random, 20) ? "+3" : "");
    snprintf(text, sizeof(text), "title %s\nlinux %s\noptions %s\n%s %s\n", title,
             random_chance(random, 70) ? "/vmlinux" : "/missing", options,
             random_chance(random, 50) ? "version" : "what", title);
    put_entry(name, text);
}

/* Any key but Enter and Right, and what terminals send for them, which would boot. */
/* But for the keys that end the menu: Enter, B and O. */
static void press_any(struct random *random, uint64_t *time)
{
    static const CHAR16 keys[] = {'e',    'p',  'd',  'h',  '+',  '-',  't',    'T',
                                  'v',    'f',  'j',  'k',  '5',  0x1b, 0x0c,   1,
                                  5,      8,    0x0b, 0x15, 0x17, ' ',  0x20ac, 0x6f22,
                                  0xd800, 0x7f, '[',  'N',  'A',  ';',  '~',    0xffff};
    UINT16 scan = 0;

    if (random_chance(random, 50)) {
        scan = (UINT16)(1 + random_below(random, 0x17));
        if (scan == SCAN_RIGHT || scan == SCAN_F3) /* Enter on some tablets */
            scan = SCAN_LEFT;
    }
    *time += 1 + random_below(random, random_chance(random, 50) ? 300000 : 3 * TICKS_PER_SECOND);
    keys_press(*time, scan, scan ? 0 : keys[random_below(random, ELEMENTS(keys))]);
}

/* Random entries and random keys, then back to the firmware. */
static void random_menu(uint64_t seed)
{
    struct random random = {seed};
    uint64_t time = 0;

    set_up_menu();
    for (unsigned i = 1 + (unsigned)random_below(&random, 39); i > 0; i--)
        put_random_entry(&random, i);
    for (uint64_t i = random_below(&random, 50); i > 0; i--)
        press_any(&random, &time);
    for (unsigned i = 0; i < 4; i++)
        keys_press(time += TICKS_PER_SECOND, 0, i < 2 ? 0x1b : 'q');
}

const struct scenario trouble_scenarios[] = {
    {"hidden-entries", hidden_entries, ENDING_BOOT, NULL, .faults = true},
    {"longest-name", longest_name, ENDING_BOOT, NULL, check_longest_name, .faults = true},
    {"foreign-name", foreign_name, ENDING_BOOT, NULL, check_foreign_name, .faults = true},
    {"escape-sequence", escape_sequence, ENDING_BOOT, "continues on ", check_escape_sequence,
     .seeds = 2, .faults = true},
    {"choose-default", choose_default, ENDING_BOOT, "is the default from now on",
     check_choose_default, MENU_FAULTS},
    {"take-default-back", take_default_back, ENDING_BOOT, "loader.conf sets the default again",
     check_take_default_back, MENU_FAULTS},
    {"lost-screen", lost_screen, ENDING_ERROR, "aa64", .hook = take_screen, MENU_FAULTS},
    {"lost-screen-after-choice", lost_screen_after_choice, ENDING_ERROR, "/gone: no such file",
     .hook = take_screen},
    {"refused-set-up", refused_set_up, ENDING_BOOT, NULL, check_refused_set_up, MENU_FAULTS},
    {"random-menu", random_menu, ENDING_SUCCESS, NULL, .seeds = 300},
    {.name = NULL},
};
