/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole screens of the menu, row by row. */
#include "tests/firmware/scenarios/scenarios.h"

#include "tests/firmware/fake/console.h"
#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/scenarios/setup.h"

#include <stdio.h>

#define ENTER '\r'

static uint64_t time;

static void press(UINT16 scan, CHAR16 unicode)
{
    keys_press(time += TICKS_PER_SECOND / 4, scan, unicode);
}

static void start(const char *config)
{
    time = TICKS_PER_SECOND;
    setup_plain();
    file_put_text("\\loader\\loader.conf", config);
}

static void put_letters(const char *letters, const char *kernel)
{
    char path[40], text[400];

    for (; *letters; letters++) {
        snprintf(path, sizeof(path), "\\loader\\entries\\%c.conf", *letters);
        snprintf(text, sizeof(text), "title Entry %c\nsort-key %c\nlinux %s\n", *letters, *letters,
                 kernel);
        file_put_text(path, text);
    }
}

/* What screens have in common: so many rows without anything, the keys below the list, */
#define BLANK_4  " \n \n \n \n"
#define BLANK_5  BLANK_4 " \n"
#define BLANK_6  BLANK_5 " \n"
#define BLANK_8  BLANK_4 BLANK_4
#define BLANK_9  BLANK_5 BLANK_4
#define BLANK_12 BLANK_8 BLANK_4
#define BLANK_13 BLANK_9 BLANK_4

#define KEYS "                       Enter: boot   e: edit   h: all keys\n \n"

/* and entries with neither the bar nor the mark of the default. */
#define ENTRY(letter)  "                                     Entry " letter " (cannot boot)\n"
#define ENTRIES_D_TO_I ENTRY("d") ENTRY("e") ENTRY("f") ENTRY("g") ENTRY("h") ENTRY("i")
#define ENTRIES_D_TO_M ENTRIES_D_TO_I ENTRY("j") ENTRY("k") ENTRY("l") ENTRY("m")
#define ENTRIES_N_TO_S ENTRY("n") ENTRY("o") ENTRY("p") ENTRY("q") ENTRY("r") ENTRY("s")

/* clang-format off */
static const char small_list_screen[] =
    BLANK_8
    "                             Entry A\n"
    ">                         => Entry B, which is wider\n"
    "                             C (no tries left)\n"
    BLANK_12
    "                 Boot in 1 s.   Enter: now   any other key: stop\n"
    " \n"
    "cursor: row 9, column 25, hidden\n"
    "highlighted: row 9, columns 25 to 53\n";
/* clang-format on */

/* Three entries in the middle, of which the second is the default, and below them the countdown. */
static void small_list(uint64_t seed)
{
    (void)seed;
    start("timeout 5\ndefault b\n");
    file_put_text("\\loader\\entries\\a.conf",
                  "title Entry A\nsort-key a\nlinux /vmlinux\noptions a\n");
    file_put_text("\\loader\\entries\\b.conf",
                  "title Entry B, which is wider\nsort-key b\nlinux /vmlinux\n");
    file_put_text("\\loader\\entries\\c+0-3.conf", "title C\nsort-key c\nlinux /vmlinux\n");
    time = 17 * TICKS_PER_SECOND / 4;
    console_expect(small_list_screen);
    press(SCAN_UP, 0);
    press(0, ENTER);
    expect_command_line("a");
}

/* Missing, and so far down that its name takes almost three rows. */
#define DEEP                                                                                       \
    "/123456789/123456789/123456789/123456789/123456789/123456789/123456789/123456789"             \
    "/123456789/123456789/123456789/123456789/123456789/123456789/123456789/kernel"

#define DEEP_IN_ROWS                                                                               \
    " /123456789/123456789/123456789/123456789/123456789/123456789/123456789/12345678\n"           \
    " 9/123456789/123456789/123456789/123456789/123456789/123456789/123456789/kernel\n"

/* clang-format off */
static const char *const full_screens[] = {
    " b: no such file on the volume pvhboot was started from; paths start at its\n"
    " root:\n"
    DEEP_IN_ROWS
    " \n"
    " \n"
    ">                                 => Entry b (cannot boot)\n"
    "                                     Entry c (cannot boot)\n"
    ENTRIES_D_TO_M
    "                                     (7 more below)\n"
    BLANK_4
    KEYS
    "cursor: row 6, column 33, hidden\n"
    "highlighted: row 6, columns 33 to 57\n",
    "                                  => Entry b (cannot boot)\n"
    ">                                    Entry c (cannot boot)\n"
    ENTRIES_D_TO_M
    ENTRIES_N_TO_S
    "                                     Good\n"
    " no such file on the volume pvhboot was started from; paths start at its root:\n"
    DEEP_IN_ROWS
    " \n"
    KEYS
    "cursor: row 1, column 33, hidden\n"
    "highlighted: row 1, columns 33 to 57\n",
    "                                     Entry b (cannot boot)\n"
    ">                                 => Entry c (cannot boot)\n"
    ENTRIES_D_TO_M
    ENTRIES_N_TO_S
    "                                     Good\n"
    " This entry is the default from now on, but it cannot boot: no such file on the\n"
    " volume pvhboot was started from; paths start at its root:\n"
    DEEP_IN_ROWS
    KEYS
    "cursor: row 1, column 33, hidden\n"
    "highlighted: row 1, columns 33 to 57\n",
    "                                     Entry b (cannot boot)\n"
    "                                  => Entry c (cannot boot)\n"
    ENTRIES_D_TO_M
    ENTRIES_N_TO_S
    ">                                    Good\n"
    BLANK_4
    KEYS
    "cursor: row 18, column 33, hidden\n"
    "highlighted: row 18, columns 33 to 45\n",
};
/* clang-format on */

/* A message, a list that is longer than what is left, and answers in as many rows as there are. */
static void full_screen(uint64_t seed)
{
    (void)seed;
    start("timeout menu-force\n");
    file_put_text("\\loader\\entries\\a.conf", "title Good\nsort-key z\nlinux /vmlinux\n");
    put_letters("bcdefghijklmnopqrs", DEEP);
    press(0, ENTER);
    console_expect(full_screens[0]);
    press(SCAN_DOWN, 0);
    console_expect(full_screens[1]);
    press(0, 'd');
    console_expect(full_screens[2]);
    press(SCAN_END, 0);
    console_expect(full_screens[3]);
    press(0, ENTER);
}

/* clang-format off */
static const char *const long_message_screens[] = {
    " a: no such file on the volume pvhboot was started from; paths start at its\n"
    " root:\n"
    DEEP_IN_ROWS
    " b: no such file on the volume pvhboot was started from; paths start at its\n"
    " root:\n"
    DEEP_IN_ROWS
    " c: no such file on the volume pvhboot was started from; paths start at its\n"
    " root:\n"
    " /123456789/123456789/123456789/123456789/123456789/123456789/123456789/12345678\n"
    " 9/123456789/123456789/123456789/123456789/123456789/123456789/123456789/kern...\n"
    " \n"
    " \n"
    ">                                 => Entry a (cannot boot)\n"
    "                                     Entry b (cannot boot)\n"
    "                                     Entry c (cannot boot)\n"
    "                                     Entry d (cannot boot)\n"
    "                                     (5 more below)\n"
    BLANK_4
    "                  Back to the firmware in 7 s.   any key: stay\n"
    " \n"
    "cursor: row 14, column 33, hidden\n"
    "highlighted: row 14, columns 33 to 57\n",
    BLANK_5
    ">                                 => Entry a (cannot boot)\n"
    "                                     Entry b (cannot boot)\n"
    "                                     Entry c (cannot boot)\n"
    ENTRIES_D_TO_I
    BLANK_5
    " no such file on the volume pvhboot was started from; paths start at its root:\n"
    DEEP_IN_ROWS
    " \n"
    KEYS
    "cursor: row 5, column 33, hidden\n"
    "highlighted: row 5, columns 33 to 57\n",
};
/* clang-format on */

/* What nobody was there for is cut off, and goes on with the countdown to the firmware. */
static void long_message(uint64_t seed)
{
    (void)seed;
    start("timeout 1\n");
    put_letters("abcdefghi", DEEP);
    time = 4 * TICKS_PER_SECOND;
    console_expect(long_message_screens[0]);
    press(SCAN_UP, 0);
    console_expect(long_message_screens[1]);
    press(0, 'Q');
}

/* clang-format off */
static const char long_titles_screen[] =
    BLANK_8
    ">=> B. A name of \xc3\xa9ighty characters, or more, so that it takes the whole row ...\n"
    "    A. A name of \xc3\xa9ighty characters, or more, so that it takes ... (cannot boot)\n"
    "    C. A name of \xc3\xa9ighty characters, or more, so that it take... (no tries left)\n"
    BLANK_12
    "                 Boot in 4 s.   Enter: now   any other key: stop\n"
    " \n"
    "cursor: row 8, column 0, hidden\n"
    "highlighted: row 8, columns 0 to 78\n";
/* clang-format on */

/* Names are cut off where the row ends, with room for what is wrong with them. */
static void long_titles(uint64_t seed)
{
    static const char title[] = "A name of \xc3\xa9ighty characters, or more, so that it takes the "
                                "whole row and goes on after it";
    static const char *const kernels[] = {"vmlinux", "gone"};
    char path[40], text[300];

    (void)seed;
    start("timeout 5\ndefault b\n");
    for (unsigned i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "\\loader\\entries\\%c%s.conf", 'a' + i, i == 2 ? "+0" : "");
        snprintf(text, sizeof(text), "title %c. %s\nlinux /%s\noptions %c\n", 'A' + i, title,
                 kernels[i == 0], 'a' + i);
        file_put_text(path, text);
    }
    console_expect(long_titles_screen);
    press(0, ENTER);
    expect_command_line("b");
}

/* clang-format off */
static const char *const empty_screens[] = {
    "  nothing to boot: there is no directory \\loader\\entries on the volume pvhboot\n"
    "  was started from; create it, with a file linux.conf that says \"linux\n"
    "  /PATH/OF/KERNEL\", or name a KERNEL in the load options; see pvhboot(7)\n"
    BLANK_6
    "                           There is no entry to boot.\n"
    BLANK_13
    "                      Q: back to the firmware   h: all keys\n"
    " \n"
    "cursor: row 0, column 0, hidden\n",
    BLANK_9
    "                           There is no entry to boot.\n"
    BLANK_13
    "                      Q: back to the firmware   h: all keys\n"
    " \n"
    "cursor: row 0, column 0, hidden\n",
};
/* clang-format on */

/* Without an entry, with a message and without. */
static void empty(uint64_t seed)
{
    (void)seed;
    start("timeout menu-force\n");
    console_expect(empty_screens[0]);
    press(SCAN_UP, 0);
    console_expect(empty_screens[1]);
    press(0, 'Q');
}

/* clang-format off */
static const char single_screen[] =
    BLANK_9
    ">                                 => Entry a\n"
    BLANK_13
    KEYS
    "cursor: row 9, column 33, hidden\n"
    "highlighted: row 9, columns 33 to 45\n";
/* clang-format on */

/* The only entry is in the middle. */
static void single(uint64_t seed)
{
    (void)seed;
    start("timeout menu-force\n");
    put_letters("a", "/vmlinux");
    console_expect(single_screen);
    press(0, ENTER);
}

const struct scenario screen_scenarios[] = {
    {"screen-small-list", small_list, ENDING_BOOT},
    {"screen-full", full_screen, ENDING_BOOT},
    {"screen-long-message", long_message, ENDING_SUCCESS},
    {"screen-long-titles", long_titles, ENDING_BOOT},
    {"screen-empty", empty, ENDING_SUCCESS},
    {"screen-single", single, ENDING_BOOT},
    {NULL},
};
