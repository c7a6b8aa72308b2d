/* SPDX-License-Identifier: BSD-2-Clause */
/* Entries, the menu, boot counting, the Boot Loader Interface and EFI programs. */
#include "tests/firmware/scenarios/scenarios.h"

#include "tests/firmware/fake/console.h"
#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/fake/images.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/fake/variables.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/samples.h"
#include "tests/lib/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES "\\loader\\entries\\"
#define CONFIG  "\\loader\\loader.conf"

#define LARGER_THAN_ALLOWED ((1 << 20) + 1)

/* Scan codes (UEFI 2.10, table 12-4). */
#define SCAN_NONE 0
#define ENTER     '\r'

static void put_entry(const char *name, const char *title, const char *version, const char *options)
{
    char path[200], text[300];

    snprintf(path, sizeof(path), ENTRIES "%s", name);
    snprintf(text, sizeof(text), "title %s\nsort-key a\nversion %s\nlinux /vmlinux\noptions %s\n",
             title, version, options);
    file_put_text(path, text);
}

/* Two entries; the first is the default. */
static void setup_two(void)
{
    setup_plain();
    put_entry("new.conf", "New", "2", "new");
    put_entry("old.conf", "Old", "1", "old");
    expect_command_line("new");
    expect_fallback("old");
}

/* ------------------------------------------------------------------------------------------------
 * Entries
 */

static void many(uint64_t seed)
{
    char name[40], version[20];

    (void)seed;
    setup_plain();
    for (unsigned i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "entry-%u.conf", i * 7 % 300);
        snprintf(version, sizeof(version), "%u", i * 7 % 300);
        put_entry(name, "Same", version, i * 7 % 300 == 299 ? "last" : "other");
    }
    expect_command_line("last");
}

/* Broken entries do not prevent others from being booted. */
static void broken(uint64_t seed)
{
    static uint8_t junk[LARGER_THAN_ALLOWED];

    (void)seed;
    setup_two();
    fill_random(junk, 700, 1);
    file_put(ENTRIES "junk.conf", junk, 700);
    file_put(ENTRIES "empty.conf", "", 0);
    file_put(ENTRIES "large.conf", junk, sizeof(junk));
    put_entry("unreadable.conf", "Unreadable", "9", "x");
    medium_ways.damaged = "loader\\entries\\unreadable.conf";
    medium_ways.damaged_range = (struct range){0, 1};
    medium_ways.damage = EFI_DEVICE_ERROR;
}

static void check_broken(void)
{
    if (run_is_plain() &&
        !strstr(run_said(), "large.conf: has 1048577 bytes, more than the 1048576 allowed"))
        run_fail("it is not said how large an entry may be");
}

/* Directories are no entries, whatever their names; nothing is said of them. */
static void with_directories(uint64_t seed)
{
    (void)seed;
    setup_two();
    file_put_directory(ENTRIES "all-new.conf");
    file_put_text(ENTRIES "old+3.conf\\inner.conf", "linux /vmlinux\n");
}

static void check_directories_unsaid(void)
{
    if (strstr(run_said(), "all-new") || strstr(run_said(), "inner"))
        run_fail("speaks of directories");
}

/* The directory cannot be read from some entry on; "." and ".." are the first two. */
static void unlistable(uint64_t seed)
{
    setup_two();
    medium_ways.unlisted = 4 + seed;
}

static void unlistable_at_all(uint64_t seed)
{
    setup_two();
    medium_ways.unlisted = 1 + seed;
}

static void closed_directory(uint64_t seed)
{
    (void)seed;
    setup_two();
    medium_ways.closed = "loader\\entries";
}

/* Nothing is said of having no entries: nobody knows. */
static void check_unread(void)
{
    if (!strstr(run_said(), "pvhboot: nothing to boot: entries could not be read (see above)"))
        run_fail("it is not said that entries are missing for not being read");
}

/* A file in the directory's place: not a byte of it is taken for a directory's. */
static void file_for_directory(uint64_t seed)
{
    static char text[1500];

    (void)seed;
    setup_plain();
    memset(text, 'a', sizeof(text) - 1);
    file_put_text("\\loader\\entries", text);
}

/* What has no tries left is booted when nothing else is left: without the menu (0), or by it. */
static void worn_before_good(uint64_t seed)
{
    setup_plain();
    file_put_text("\\loader\\loader.conf", seed ? "default b\ntimeout 5\n" : "default b\n");
    file_put_text(ENTRIES "a.conf", "title Good\nsort-key a\nlinux /vmlinux\noptions good\n");
    file_put_text(ENTRIES "b.conf", "title Missing\nsort-key b\nlinux /none\n");
    file_put_text(ENTRIES "worn+0-3.conf", "title Worn\nsort-key c\nlinux /vmlinux\n");
    expect_command_line("good");
}

static void worn_at_last(uint64_t seed)
{
    worn_before_good(seed);
    file_put_text(ENTRIES "a.conf", "title Bad\nsort-key a\nlinux /no\n");
    file_put_text(ENTRIES "worn+0-3.conf",
                  "title Worn\nsort-key c\nlinux /vmlinux\noptions worn\n");
    expect_command_line("worn");
}

/* What may work after all is tried before: that has a problem, but tries as well. */
static void check_worn_at_last(void)
{
    static const char *const said[] = {"pvhboot: b: /none: no such file",
                                       "pvhboot: a: /no: no such file"};

    check_all_said(said, ELEMENTS(said));
}

/* The last try of another entry is used up: it is not started again as one without tries. */
static void last_try_once(uint64_t seed)
{
    (void)seed;
    setup_plain();
    file_put_text("\\loader\\loader.conf", "default a\n");
    file_put_text(ENTRIES "a.conf", "sort-key a\nlinux /none\n");
    file_put_text(ENTRIES "b+1.conf", "title Last\nsort-key b\nlinux /missing\n");
}

static void check_last_try(void)
{
    const char *first = strstr(run_said(), "/missing: no such file");

    if (run_is_plain() && (!first || strstr(first + 1, "/missing: no such file")))
        run_fail("the entry is not started once");
}

static void damaged_config(uint64_t seed)
{
    static uint8_t junk[LARGER_THAN_ALLOWED];

    setup_two();
    fill_random(junk, 500, 2);
    if (seed == 2)
        file_put_directory(CONFIG);
    else
        file_put(CONFIG, junk, seed == 1 ? sizeof(junk) : 500);
    if (seed == 3)
        medium_ways.closed = "loader\\loader.conf";
}

static void pass_entry(uint64_t seed)
{
    (void)seed;
    setup_plain();
    file_put_text(CONFIG, "pass-entry yes\n");
    put_entry("a b+3.conf", "Counted", "1", "x");
    expect_command_line(
        "x pvhboot.entry=\"a b\" pvhboot.boot-count-path=/loader/entries/\"a b+2-1.conf\"");
    /* The next name is refused; the boot cannot be counted; loader.conf cannot be read. */
    expect_fallback(
        "x pvhboot.entry=\"a b\" pvhboot.boot-count-path=/loader/entries/\"a b+2.conf\"");
    expect_fallback(
        "x pvhboot.entry=\"a b\" pvhboot.boot-count-path=/loader/entries/\"a b+3.conf\"");
    expect_fallback("x");
}

/* A terminal that shows the command line might obey a control character. */
static void pass_no_entry(uint64_t seed)
{
    (void)seed;
    setup_plain();
    file_put_text(CONFIG, "pass-entry yes\n");
    put_entry("a\x7f.conf", "Deleted", "1", "x");
    expect_command_line("x");
}

/* ------------------------------------------------------------------------------------------------
 * Boot counting
 */

static bool exists(const char *path)
{
    size_t size;

    return file_bytes(path, &size) != NULL;
}

static bool variable_is(const char *name, const char *wanted)
{
    size_t size;
    const uint8_t *value = variable_find(&loader_variable_guid, name, &size);
    size_t length = strlen(wanted);

    if (!value || size != 2 * (length + 1))
        return false;
    for (size_t i = 0; i <= length; i++) {
        if (value[2 * i] != (uint8_t)wanted[i] || value[2 * i + 1] != 0)
            return false;
    }
    return true;
}

static void counted(uint64_t seed)
{
    (void)seed;
    setup_plain();
    put_entry("new+3-1.conf", "New", "2", "new");
    put_entry("old.conf", "Old", "1", "old");
    expect_command_line("new");
    expect_fallback("old");
}

static void check_counted(void)
{
    if (exists(ENTRIES "new+3-1.conf") || !exists(ENTRIES "new+2-2.conf"))
        run_fail("the boot is not counted");
    if (!variable_is("LoaderBootCountPath", ENTRIES "new+2-2.conf"))
        run_fail("LoaderBootCountPath does not name the file");
    if (!variable_is("LoaderEntrySelected", "new.conf"))
        run_fail("LoaderEntrySelected is not the entry");
}

static void counted_read_only(uint64_t seed)
{
    counted(seed);
    medium_ways.read_only = true;
}

static void check_not_counted(void)
{
    if (!exists(ENTRIES "new+3-1.conf"))
        run_fail("a file is renamed on a medium that cannot be written to");
    if (!variable_is("LoaderBootCountPath", ENTRIES "new+3-1.conf"))
        run_fail("LoaderBootCountPath does not name the file as it is");
}

/* The block device is read-only, although the file system would accept a write. */
static void counted_protected(uint64_t seed)
{
    static const EFI_GUID guid = EFI_BLOCK_IO_PROTOCOL_GUID;
    static EFI_BLOCK_IO_MEDIA media = {.MediaPresent = true, .ReadOnly = true};
    static EFI_BLOCK_IO block_io = {.Media = &media};

    counted(seed);
    handles_install(&device_handle, &guid, &block_io);
}

/* The entry's new name exists already, and the one after that: LEFT goes down all the same. */
static void counted_twice(uint64_t seed)
{
    counted(seed);
    put_entry("new+2-2.conf", "Twin", "0", "twin");
    put_entry("NEW+2-3.conf", "Twin", "0", "twin");
}

static void check_counted_twice(void)
{
    if (exists(ENTRIES "new+3-1.conf") || !exists(ENTRIES "new+2-4.conf"))
        run_fail("the boot is not counted");
    if (!variable_is("LoaderBootCountPath", ENTRIES "new+2-4.conf"))
        run_fail("LoaderBootCountPath does not name the file");
}

/* All names are taken. */
static void counted_a_hundred_times(uint64_t seed)
{
    char name[40];

    counted(seed);
    for (unsigned i = 2; i <= 100; i++) {
        snprintf(name, sizeof(name), "new+2-%u.conf", i);
        put_entry(name, "Twin", "0", "twin");
    }
    put_entry("new+2.conf", "Twin", "0", "twin");
}

static void exhausted(uint64_t seed)
{
    (void)seed;
    setup_plain();
    put_entry("new+0-3.conf", "New", "2", "new");
    put_entry("old.conf", "Old", "1", "old");
    expect_command_line("old");
    expect_fallback("new");
}

/* ------------------------------------------------------------------------------------------------
 * Variables
 */

static void one_shot(uint64_t seed)
{
    (void)seed;
    setup_two();
    variable_put_text("LoaderEntryOneShot", "old.conf");
    variable_put_text("LoaderEntryDefault", "@saved");
    variable_put_text("LoaderConfigTimeout", "0");
    expect_command_line("old");
    expect_fallback("new");
}

static void check_one_shot(void)
{
    size_t size;

    if (variable_find(&loader_variable_guid, "LoaderEntryOneShot", &size))
        run_fail("LoaderEntryOneShot is kept for another boot");
    if (!variable_is("LoaderEntrySelected", "old.conf"))
        run_fail("LoaderEntrySelected is not the entry");
    if (variable_find(&loader_variable_guid, "LoaderEntryLastBooted", &size))
        run_fail("one boot's entry is remembered");
}

static void saved(uint64_t seed)
{
    (void)seed;
    setup_two();
    variable_put_text("LoaderEntryDefault", "@saved");
    variable_put_text("LoaderEntryLastBooted", "old.conf");
    expect_command_line("old");
    expect_fallback("new");
}

static void refused_variables(uint64_t seed)
{
    static const EFI_STATUS statuses[] = {EFI_OUT_OF_RESOURCES, EFI_WRITE_PROTECTED,
                                          EFI_UNSUPPORTED, EFI_DEVICE_ERROR};

    one_shot(seed);
    variables_refused = statuses[seed];
}

/* Variables with random bytes: an entry is booted, without a timeout that was not set. */
static void junk_variables(uint64_t seed)
{
    static const char *const names[] = {"LoaderEntryOneShot", "LoaderEntryDefault",
                                        "LoaderEntryLastBooted", "LoaderConfigTimeout",
                                        "LoaderConfigTimeoutOneShot"};
    uint8_t junk[6000];
    struct random random = {seed};

    setup_two();
    fill_random(junk, sizeof(junk), seed);
    for (size_t i = 0; i < ELEMENTS(names); i++)
        variable_put(&loader_variable_guid, names[i], junk + i,
                     random_below(&random, seed % 4 ? 20 : 5000));
}

/* ------------------------------------------------------------------------------------------------
 * The menu
 */

#define FIRST_KEY (TICKS_PER_SECOND / 2)
#define KEY_PAUSE (TICKS_PER_SECOND / 4)

static size_t keys_pressed;

static void press(UINT16 scan, CHAR16 unicode)
{
    keys_press(FIRST_KEY + keys_pressed++ * KEY_PAUSE, scan, unicode);
}

static void type(const char *text)
{
    for (; *text; text++)
        press(SCAN_NONE, (CHAR16)*text);
}

static void setup_menu(void)
{
    setup_two();
    file_put_text(CONFIG, "timeout 5\n");
    keys_pressed = 0;
}

static void menu_second(uint64_t seed)
{
    (void)seed;
    setup_menu();
    press(SCAN_DOWN, 0);
    press(SCAN_NONE, ENTER);
    expect_command_line("old");
    expect_fallback("new");
}

static void menu_timeout(uint64_t seed)
{
    (void)seed;
    setup_menu();
}

/* The milliseconds in a variable that has microseconds. */
static uint64_t time_in(const char *name)
{
    size_t size;
    const uint8_t *value = variable_find(&loader_variable_guid, name, &size);
    uint64_t time = 0;

    if (!value || size < 4)
        run_fail("%s is not set", name);
    for (size_t i = 0; i < size / 2 - 1; i++)
        time = 10 * time + value[2 * i] - '0';
    return time / 1000;
}

static void check_waited(void)
{
    uint64_t menu = time_in("LoaderTimeMenuUSec") - time_in("LoaderTimeInitUSec");
    uint64_t start = time_in("LoaderTimeExecUSec") - time_in("LoaderTimeMenuUSec");

    if (ledger_now() < 4 * TICKS_PER_SECOND)
        run_fail("the menu does not wait for as long as loader.conf says");
    if (menu < 4950 || menu > 5050 || start > 50)
        run_fail("the menu takes %llu ms and the start %llu", (unsigned long long)menu,
                 (unsigned long long)start);
}

static void menu_edit_line(uint64_t seed)
{
    (void)seed;
    setup_menu();
    type("e");
    press(SCAN_HOME, 0);
    type("single ");
    press(SCAN_END, 0);
    type(" xy");
    press(SCAN_LEFT, 0);
    press(SCAN_DELETE, 0);
    press(SCAN_NONE, ENTER);
    expect_command_line("single new x");
    expect_fallback("single old x");
    expect_fallback("new");
}

/* Leaving the editor changes nothing; Up and Down move through the history. */
static void menu_edit_escape(uint64_t seed)
{
    (void)seed;
    setup_menu();
    type("ex");
    press(SCAN_UP, 0);
    press(SCAN_DOWN, 0);
    press(SCAN_ESC, 0);
    press(SCAN_NONE, ENTER);
}

/* What was typed before Up comes back with Down, and with one more key stays. */
static void menu_edit_draft(uint64_t seed)
{
    (void)seed;
    setup_menu();
    type("e");
    press(SCAN_HOME, 0);
    type("draft ");
    press(SCAN_UP, 0);
    press(SCAN_DOWN, 0);
    press(SCAN_DOWN, 0);
    type("y");
    press(SCAN_NONE, ENTER);
    expect_command_line("draft newy");
}

/* A line whose boot has failed is a part of the history: it comes as a whole. */
static void menu_edit_history(uint64_t seed)
{
    (void)seed;
    setup_menu();
    file_put_text(ENTRIES "broken.conf", "title Broken\nsort-key 0\nlinux /broken\noptions old\n");
    put_kernel("\\broken", &plain_kernel);
    medium_ways.damaged = "broken";
    medium_ways.damaged_range = (struct range){5000, 5001};
    medium_ways.damage = EFI_DEVICE_ERROR;
    type("e");
    press(SCAN_HOME, 0);
    type("typed ");
    press(SCAN_NONE, ENTER);
    type("e");
    press(SCAN_UP, 0);
    console_expect("\n  typed old\n");
    press(SCAN_ESC, 0);
    press(SCAN_DOWN, 0);
    type("e");
    press(SCAN_UP, 0);
    console_expect("\n  new\n"); /* the lines of another entry are not among its own */
    press(SCAN_ESC, 0);
    press(SCAN_NONE, ENTER);
}

static void check_edit_history(void)
{
    if (!strstr(run_said(), "typed old"))
        run_fail("the line that was typed does not come back");
}

static void menu_no_editor(uint64_t seed)
{
    (void)seed;
    setup_two();
    file_put_text(CONFIG, "timeout 5\neditor no\n");
    keys_pressed = 0;
    type("e");
    press(SCAN_NONE, ENTER);
}

static void menu_details(uint64_t seed)
{
    (void)seed;
    setup_menu();
    type("p");
    press(SCAN_DOWN, 0);
    press(SCAN_PAGE_DOWN, 0);
    press(SCAN_PAGE_UP, 0);
    press(SCAN_END, 0);
    press(SCAN_HOME, 0);
    press(SCAN_ESC, 0);
    press(SCAN_NONE, ENTER);
}

/* Each of the keys that leave the details; the next ones choose. */
static void menu_leave_details(uint64_t seed)
{
    static const struct {
        UINT16 scan;
        CHAR16 character;
    } keys[] = {{SCAN_ESC, 0}, {0, ENTER}, {0, 'q'}, {0, 'Q'}, {0, 'p'}, {0, 'P'}, {0, '\b'}};

    setup_menu();
    type("p");
    press(keys[seed].scan, keys[seed].character);
    press(SCAN_DOWN, 0);
    press(SCAN_NONE, ENTER);
    expect_command_line("old");
    expect_fallback("new");
}

/* An entry that has everything; then the one below is booted. */
static void menu_every_detail(uint64_t seed)
{
    (void)seed;
    setup_menu();
    file_put_text("\\loader\\entries\\full+3-1.conf",
                  "title Full\nversion 9\nsort-key 0\narchitecture x64\n"
                  "machine-id 0123456789abcdef0123456789abcdef\nlinux /vmlinux\n"
                  "initrd /initrd\nmodule /more of it\nextra /x.cred\noptions quiet\ncolour red\n");
    file_put_text("\\initrd", "an initrd");
    file_put_text("\\more", "a module");
    file_put_text("\\x.cred", "a credential");
    type("p");
    console_expect("  title:          Full\n"
                   "  ID:             full\n"
                   "  file:           full+3-1.conf\n"
                   "  version:        9\n"
                   "  machine ID:     0123456789abcdef0123456789abcdef\n"
                   "  sort key:       0\n"
                   "  architecture:   x64\n"
                   "  kernel:         /vmlinux\n"
                   "  initrd:         /initrd\n"
                   "  module:         /more of it\n"
                   "  extra:          /x.cred\n"
                   "  options:        quiet\n"
                   "  tries:          3 left, 1 done\n"
                   "  line 11:        unknown key \"colour\"; ignored\n"
                   " \n");
    press(SCAN_ESC, 0);
    press(SCAN_DOWN, 0);
    press(SCAN_NONE, ENTER);
    expect_command_line("new");
}

/* All keys that show something or move the bar. */
static void menu_all_keys(uint64_t seed)
{
    static const UINT16 scans[] = {SCAN_DOWN, SCAN_UP, SCAN_PAGE_DOWN, SCAN_PAGE_UP,
                                   SCAN_END,  SCAN_F1, SCAN_HOME,      SCAN_INSERT};

    (void)seed;
    setup_menu();
    for (size_t i = 0; i < ELEMENTS(scans); i++)
        press(scans[i], 0);
    type("hv?jk29x1fF");
    press(SCAN_NONE, 'L' - '@'); /* Ctrl */
    press(SCAN_NONE, ENTER);
}

/* What is preferred is as good as the default, where nothing else is preferred. */
static void menu_settings(uint64_t seed)
{
    setup_menu();
    type(seed ? "jD++-T" : "jd++-T");
    press(SCAN_NONE, ENTER);
    expect_command_line("old");
    expect_fallback("new");
}

static void check_settings(void)
{
    if (variable_is("LoaderEntryDefault", "old.conf") ==
        variable_is("LoaderEntryPreferred", "old.conf"))
        run_fail("the default is not kept");
    if (!variable_is("LoaderConfigTimeout", "5"))
        run_fail("the timeout is not kept");
}

/* Keys wait while an entry is probed. A compressed kernel is not unpacked: its end is damaged. */
static void menu_probes(uint64_t seed)
{
    struct sample packed = sample_read("large.zst");

    (void)seed;
    packed.bytes[packed.size - 1] ^= 1;
    file_put("\\packed", packed.bytes, packed.size);
    setup_menu();
    file_put_text(ENTRIES "packed.conf", "title Packed\nlinux /packed\n");
    press(SCAN_NONE, ENTER);
    sample_free(&packed);
}

/* From the menu's timer to the first key, there is no memory. */
static void lack_memory_in_menu(enum service service, size_t call)
{
    (void)call;
    if (service == SERVICE_CREATE_EVENT || service == SERVICE_READ_KEY)
        memory_ways.exhausted = service == SERVICE_CREATE_EVENT;
}

/* What there is no memory to look at may be booted all the same. */
static void menu_probes_without_memory(uint64_t seed)
{
    (void)seed;
    setup_menu();
    file_put_text(CONFIG, "timeout menu-force\n");
    keys_press(60 * TICKS_PER_SECOND, SCAN_NONE, ENTER);
}

static void check_probed(void)
{
    if (strstr(run_said(), "cannot boot"))
        run_fail("a kernel that boots is said not to");
}

/* A one-shot timeout does not affect the saved one. */
static void menu_kept_timeout(uint64_t seed)
{
    (void)seed;
    setup_menu();
    variable_put_text("LoaderConfigTimeoutOneShot", "30");
    type("+");
    press(SCAN_NONE, ENTER);
}

static void check_kept_timeout(void)
{
    size_t size;

    if (variable_find(&loader_variable_guid, "LoaderConfigTimeoutOneShot", &size))
        run_fail("LoaderConfigTimeoutOneShot is kept for another boot");
    if (!variable_is("LoaderConfigTimeout", "6"))
        run_fail("the timeout is not one second longer");
}

/* + and - go through all timeouts, of which "forever" comes first. The menu is shown in any case.
 */
static const struct {
    const char *before, *key, *after, *answer;
} timeouts[] = {
    {"menu-force", "-", "menu-force", "Later boots: the menu waits until a key is pressed."},
    {"menu-force", "+", "0", "Later boots: no menu, unless a key is held down."},
    {"menu-disabled", "-", "menu-force", "Later boots: the menu waits until a key is pressed."},
    {"menu-disabled", "+", "0", "Later boots: no menu, unless a key is held down."},
    {"menu-hidden", "-", "menu-force", "Later boots: the menu waits until a key is pressed."},
    {"menu-hidden", "+", "1", "Later boots: the menu waits 1 s."},
    {"1", "-", "0", "Later boots: no menu, unless a key is held down."},
    {"1", "+", "2", "Later boots: the menu waits 2 s."},
    {"4294967293", "-", "4294967292", "Later boots: the menu waits 4294967292 s."},
    {"4294967292", "+", "4294967293", "Later boots: the menu waits 4294967293 s."},
    {"4294967293", "+", "4294967293", "Later boots: the menu waits 4294967293 s."},
};
static uint64_t timeout_row;

static void menu_timeouts(uint64_t seed)
{
    timeout_row = seed;
    setup_menu();
    variable_put_text("LoaderConfigTimeout", timeouts[seed].before);
    variable_put_text("LoaderConfigTimeoutOneShot", "30");
    type(timeouts[seed].key);
    press(SCAN_NONE, ENTER);
}

static void check_timeout(void)
{
    check_all_said(&timeouts[timeout_row].answer, 1);
    if (!variable_is("LoaderConfigTimeout", timeouts[timeout_row].after))
        run_fail("the timeout is not %s", timeouts[timeout_row].after);
}

/* r passes over a mode that cannot be set; later boots have what was chosen, unless it is R's. */
static const struct {
    const char *before, *keys, *after; /* of the variable; NULL: not there */
    INT32 mode;
    const char *answer;
} text_modes[] = {
    {NULL, "r", "2", 2, "Text mode 2 from now on: 100 x 31 characters."},
    {NULL, "rr", "0", 0, "Text mode 0 from now on: 80 x 25 characters."},
    {NULL, "rrr", "2", 2, "Text mode 2 from now on"},
    {NULL, "rR", NULL, 0, "The usual text mode again, 0: 80 x 25 characters."},
    {"2", "", "2", 2, "New"},
    {"2", "r", "0", 0, "Text mode 0 from now on"},
    {"2", "R", NULL, 0, "The usual text mode again, 0"},
    {"1", "", "1", 0, "New"},
    {"99", "", "99", 0, "New"},
    {"rubbish", "", "rubbish", 0, "New"},
    {"-4", "r", "2", 2, "Text mode 2 from now on"},
};
static uint64_t text_mode_row;

static void menu_text_modes(uint64_t seed)
{
    setup_menu();
    text_mode_row = seed;
    if (text_modes[seed].before)
        variable_put_text("LoaderConfigConsoleMode", text_modes[seed].before);
    type(text_modes[seed].keys);
    keys_pressed += 8; /* settings are saved when no key comes for a second */
    press(SCAN_NONE, ENTER);
}

static void check_text_mode(void)
{
    const char *after = text_modes[text_mode_row].after;
    size_t size;

    if (strstr(run_said(), "did not store"))
        run_fail("something is not stored");
    check_all_said(&text_modes[text_mode_row].answer, 1);
    if (console_mode() != text_modes[text_mode_row].mode)
        run_fail("text mode %d is set", (int)console_mode());
    if (after ? !variable_is("LoaderConfigConsoleMode", after)
              : variable_find(&loader_variable_guid, "LoaderConfigConsoleMode", &size) != NULL)
        run_fail("the text mode of later boots is not %s", after ? after : "the usual one");
}

/* The firmware has set no text mode, and nobody asks for another one: that all consoles have. */
static void menu_mode_unset(uint64_t seed)
{
    static const char *const configs[] = {"timeout 1\n", "timeout 1\nconsole-mode auto\n"};

    setup_two();
    file_put_text(CONFIG, configs[seed]);
    fake_output.Mode->Mode = -1;
}

static void check_mode_set(void)
{
    if (console_mode() != 0)
        run_fail("text mode %d is set", (int)console_mode());
}

static void menu_no_mode(uint64_t seed)
{
    (void)seed;
    setup_menu();
    firmware_ways.one_text_mode = true;
    type("r");
    press(SCAN_NONE, ENTER);
}

/* The screen was cleared by the attempt, and is drawn again. */
static void check_drawn_again(void)
{
    const char *said = run_said();
    const char *answer = strstr(said, "The console has no other text mode.");
    const char *drawn = answer;

    while (drawn && drawn > said && *drawn != '\n')
        drawn--;
    drawn = drawn ? strstr(drawn, "New") : NULL;
    if (!drawn || drawn > answer)
        run_fail("the menu is not drawn again");
}

/* Neither one (0) nor none (1). */
static void menu_mode_refused(uint64_t seed)
{
    setup_menu();
    variable_put_text("LoaderConfigConsoleMode", "2");
    variables_refused = EFI_WRITE_PROTECTED;
    type(seed ? "R" : "r");
    keys_pressed += 8;
    press(SCAN_NONE, ENTER);
}

/* A beep for each second of the countdown but the last, or as many as the entry's number. */
static const struct {
    const char *timeout, *keys;
    unsigned beeps;
} beeping[] = {{"5", NULL, 4}, {"menu-force", "j", 3}, {"menu-force", "jk", 4}, {"5", "j", 2}};
static uint64_t beeping_row;

static void menu_beeps(uint64_t seed)
{
    char config[64];

    setup_two();
    snprintf(config, sizeof(config), "beep yes\ntimeout %s\n", beeping[seed].timeout);
    file_put_text(CONFIG, config);
    keys_pressed = 0;
    beeping_row = seed;
    if (!beeping[seed].keys)
        return;
    for (const char *key = beeping[seed].keys; *key; key++, keys_pressed += 4)
        press(SCAN_NONE, (CHAR16)*key);
    press(SCAN_NONE, ENTER);
    if (strchr("j", beeping[seed].keys[strlen(beeping[seed].keys) - 1])) {
        expect_command_line("old");
        expect_fallback("new");
    }
}

static void check_beeps(void)
{
    if (speaker_beeps() != beeping[beeping_row].beeps)
        run_fail("%u beeps", speaker_beeps());
}

/* The number of one of the last entries is beeped, for as long as so many keys would take. */
static void beep_at_last(uint64_t seed, unsigned keys)
{
    many(seed);
    file_put_text(CONFIG, "beep yes\ntimeout menu-force\n");
    keys_pressed = 0;
    press(SCAN_END, 0);
    keys_pressed += keys;
}

/* Down is pressed while the number is beeped: the rest of it is not. */
static void menu_beeps_end(uint64_t seed)
{
    beep_at_last(seed, 8);
    press(SCAN_HOME, 0);
    keys_pressed += 8;
    press(SCAN_NONE, ENTER);
}

static void check_beeps_end(void)
{
    if (speaker_beeps() < 5 || speaker_beeps() > 20)
        run_fail("%u beeps", speaker_beeps());
}

/* Nobody counts further than that: the first entry, and one of the last. */
static void menu_beeps_most(uint64_t seed)
{
    beep_at_last(seed, 32);
    press(SCAN_NONE, ENTER);
    expect_command_line("other");
}

static void check_most_beeps(void)
{
    if (speaker_beeps() != 1 + 30)
        run_fail("%u beeps", speaker_beeps());
}

/* d on what is preferred clears that; D then sets a default that counts. */
static void menu_preferred(uint64_t seed)
{
    (void)seed;
    setup_menu();
    file_put_text(ENTRIES "third.conf", "title Third\nlinux /vmlinux\noptions third\n");
    variable_put_text("LoaderEntryPreferred", "old*");
    type("3D2d3dd");
    press(SCAN_NONE, ENTER);
    expect_command_line("third");
}

static void check_preferred(void)
{
    size_t size;

    if (variable_find(&loader_variable_guid, "LoaderEntryPreferred", &size))
        run_fail("an entry is still preferred");
    if (!variable_is("LoaderEntryDefault", "third.conf"))
        run_fail("the default is not kept");
}

/* A table of the firmware's resources: a device and the firmware itself, whose last update failed.
 */
static void put_resources(uint32_t status)
{
    static const EFI_GUID guid = {
        0xb122a263, 0x3661, 0x4f68, {0x99, 0x29, 0x78, 0xf8, 0xb0, 0xd6, 0x21, 0x80}};
    static uint32_t table[4 + 2 * 10] = {2, 2, 1, 0};

    table[4 + 4] = 2;
    table[4 + 9] = 1;
    table[14 + 4] = 1;
    table[14 + 9] = status;
    configuration_add(&guid, (uintptr_t)table);
}

static void update_failed(uint64_t seed)
{
    setup_two();
    put_resources(seed == 0);
    variable_put_text("LoaderEntrySysFail", "old.conf");
    variable_put_text("LoaderEntryPreferred", "new.conf");
    expect_command_line(seed ? "new" : "old");
    expect_fallback(seed ? "old" : "new");
}

static void check_update_failed(void)
{
    size_t size;

    if (variable_is("LoaderEntrySelected", "old.conf") ==
        !variable_find(&loader_variable_guid, "LoaderSysFailReason", &size))
        run_fail("LoaderSysFailReason is not as it should be");
}

static void menu_settings_refused(uint64_t seed)
{
    menu_settings(seed);
    variables_refused = EFI_WRITE_PROTECTED;
}

static void menu_quit(uint64_t seed)
{
    (void)seed;
    setup_menu();
    type("q");
}

static void menu_setup(uint64_t seed)
{
    (void)seed;
    setup_menu();
    support_setup();
    type("f");
}

/* Each of the keys that lead to it. */
static void menu_setup_keys(uint64_t seed)
{
    static const struct {
        UINT16 scan;
        CHAR16 unicode;
    } keys[] = {{0, 'f'}, {0, 'F'}, {SCAN_F2, 0}, {SCAN_F10, 0}, {SCAN_DELETE, 0}};

    setup_menu();
    support_setup();
    press(keys[seed].scan, keys[seed].unicode);
}

/* A boot chosen by the user fails: the menu shows the error, and the next boot works. */
static void menu_failed(uint64_t seed)
{
    (void)seed;
    setup_menu();
    file_put_text(ENTRIES "zap.conf", "title Zap\nsort-key a\nversion 9\nlinux /gone\n");
    file_put_text(CONFIG, "timeout 5\ndefault new.conf\n");
    press(SCAN_HOME, 0);
    press(SCAN_NONE, ENTER);
    press(SCAN_NONE, '2');
    press(SCAN_NONE, ENTER);
}

/* The same, but the user quits: the message has been seen, so it is no error any more. */
static void menu_failed_quit(uint64_t seed)
{
    (void)seed;
    setup_menu();
    file_put_text(ENTRIES "zap.conf", "title Zap\nsort-key a\nversion 9\nlinux /gone\n");
    press(SCAN_HOME, 0); /* the bar may have left it */
    press(SCAN_NONE, ENTER);
    type("q");
}

static void check_quit_at_once(void)
{
    if (ledger_now() > FIRST_KEY + 2 * KEY_PAUSE + TICKS_PER_SECOND)
        run_fail("the loader waits although the user has seen the message");
}

/* A second failure is another error, and must be printed too. */
static void menu_failed_twice(uint64_t seed)
{
    (void)seed;
    setup_menu();
    file_put_text(ENTRIES "zap.conf", "title Zap\nsort-key a\nversion 9\nlinux /gone\n");
    file_put_text(ENTRIES "zip.conf", "title Zip\nsort-key a\nversion 8\nlinux /lost\n");
    press(SCAN_HOME, 0);
    press(SCAN_NONE, ENTER);
    press(SCAN_NONE, '2');
    press(SCAN_NONE, ENTER);
    type("q");
}

/*
 * A key that is pressed while an entry is tried neither dismisses the message of its failure (0),
 * nor starts it again (1).
 */
static void menu_failed_typed_ahead(uint64_t seed)
{
    setup_menu();
    file_put_text(ENTRIES "zap+3.conf", "title Zap\nsort-key a\nversion 9\nlinux /gone\n");
    file_put_text(CONFIG, "timeout menu-force\n");
    press(SCAN_NONE, ENTER);
    keys_press(FIRST_KEY + 1, SCAN_NONE, seed ? ENTER : 'j');
    console_expect("/gone: no such file");
    press(SCAN_NONE, '2');
    press(SCAN_NONE, ENTER);
}

static void check_tried_once(void)
{
    if (run_is_plain() && !exists(ENTRIES "zap+2-1.conf"))
        run_fail("the entry is not started once");
}

/* A key from before the menu ends the countdown, and does nothing else. */
static void menu_typed_ahead(uint64_t seed)
{
    setup_menu();
    keys_press(0, SCAN_NONE, seed ? ENTER : 'j');
    keys_pressed += 40;
    console_expect_none("Boot in");
    press(SCAN_NONE, '2');
    press(SCAN_NONE, ENTER);
    expect_command_line("old");
    expect_fallback("new");
}

/* Without a user: the message is shown for a while, then the firmware continues. */
static void menu_failed_alone(uint64_t seed)
{
    (void)seed;
    setup_plain();
    file_put_text(CONFIG, "timeout 2\n");
    file_put_text(ENTRIES "zap.conf", "title Zap\nsort-key a\nversion 9\nlinux /gone\n");
}

/*
 * The default cannot boot, for each reason that an entry of its own can have, and nobody is there:
 * the next one is booted.
 */
static void put_unbootable(uint64_t seed)
{
    static const char *const lines[] = {"linux /gone",
                                        "linux /text",
                                        "linux /vmlinux\ninitrd /gone",
                                        "linux /vmlinux\ninitrd /empty",
                                        "efi /gone.efi",
                                        "linux /vmlinux\narchitecture aa64",
                                        "options only"};
    char text[200];

    file_put_text("\\text", "no kernel, but a text that is long enough for the start of one");
    file_put("\\empty", "", 0);
    snprintf(text, sizeof(text), "title Zap\nsort-key a\nversion 9\n%s\n", lines[seed]);
    file_put_text(ENTRIES "zap.conf", text);
}

#define UNBOOTABLE 7

static void default_unbootable(uint64_t seed)
{
    setup_two();
    put_unbootable(seed);
    file_put_text(CONFIG, "default zap.conf\n");
}

static void default_unbootable_menu(uint64_t seed)
{
    setup_two();
    put_unbootable(seed);
    file_put_text(CONFIG, "timeout 3\ndefault zap.conf\n");
}

/* Of a name that is too long to be shown, the beginning and the end are. */
static void default_unbootable_long(uint64_t seed)
{
    default_unbootable_menu(seed);
    file_put_text(
        ENTRIES "zap.conf",
        "title The first words of this long name are shown, those in the middle of it are "
        "not, and what comes last is\nsort-key a\nversion 9\nlinux /gone\n");
}

static void check_long_name(void)
{
    static const char *const parts[] = {"The first words of this long name are shown, ",
                                        "what comes last is cannot boot: /gone"};

    check_all_said(parts, ELEMENTS(parts));
}

/* From the last one it goes on at the top. */
static void default_unbootable_last(uint64_t seed)
{
    setup_two();
    put_unbootable(seed);
    file_put_text(ENTRIES "zap.conf", "title Zap\nsort-key a\nversion 0\nlinux /gone\n");
    file_put_text(CONFIG, "default zap.conf\n");
}

/*
 * The menu has found that out, and cannot be shown any more when a program has ended that somebody
 * has started from it.
 */
static void default_unbootable_menu_lost(uint64_t seed)
{
    default_unbootable_menu(seed);
    file_put_text(ENTRIES "shell.conf", "title Shell\nefi /shell.efi\n");
    file_put_text("\\shell.efi", "a program");
    fake_program.path = "\\shell.efi";
    fake_program.on_start = input_remove_all;
    keys_pressed = 0;
    type("4");
    press(SCAN_NONE, ENTER);
}

static void check_reason_said(void)
{
    static const char *const lines[] = {"pvhboot: zap: /gone: no such file", "New: vmlinux"};

    check_all_said(lines, ELEMENTS(lines));
}

/*
 * What is booted since the menu has found that the default cannot be is not what "@saved" boots
 * later, and it is said why.
 */
static void substitute(uint64_t seed)
{
    default_unbootable_menu(seed);
    variable_put_text("LoaderEntryDefault", "@saved");
    variable_put_text("LoaderEntryLastBooted", "zap.conf");
}

static void check_not_saved(void)
{
    static const char *const lines[] = {"pvhboot: zap: /gone: no such file"};

    check_all_said(lines, run_is_plain());
    if (!variable_is("LoaderEntryLastBooted", "zap.conf"))
        run_fail("the substitute is kept as what was booted last");
}

/* Each is tried once, the default first, and all reasons are said. */
static void all_unbootable(uint64_t seed)
{
    (void)seed;
    setup_plain();
    file_put_text(ENTRIES "a.conf", "title A\nsort-key 1\nlinux /gone\n");
    file_put_text(ENTRIES "b.conf", "title B\nsort-key 2\nlinux /missing\n");
    file_put_text(CONFIG, seed ? "timeout 2\n" : "");
}

static void check_each_said(void)
{
    const char *default_said = strstr(run_said(), "pvhboot: a: /gone: no such file");
    const char *other_said = strstr(run_said(), "pvhboot: b: /missing: no such file");

    if (!default_said || !other_said)
        run_fail("not every entry's reason is said");
    if (default_said > other_said)
        run_fail("the default is not tried first");
}

/* A machine that refuses one kernel refuses all: that is said once. */
static void machine_refuses(uint64_t seed)
{
    (void)seed;
    setup_two();
    set_secure_boot(true);
}

static void unbootable_as_default(uint64_t seed)
{
    default_unbootable_menu(seed);
    press(SCAN_HOME, 0); /* the bar has left it */
    press(SCAN_NONE, 'd');
    press(SCAN_DOWN, 0);
    press(SCAN_NONE, ENTER);
}

static void menu_empty(uint64_t seed)
{
    (void)seed;
    setup_plain();
    file_put_text(CONFIG, "timeout 2\n");
    keys_pressed = 0;
    type("edp");
    press(SCAN_ESC, 0);
    type("q");
}

static uint64_t warned; /* seed */

/* The menu shows diagnostics, and on a serial line only once. */
static void menu_warnings(uint64_t seed)
{
    (void)seed;
    setup_two();
    file_put_text(CONFIG, "timeout 5\ntimeot 5\ncolour red\nsound on\nlogo no\nsize 3\n");
    keys_pressed = 0;
    type("j");
    press(SCAN_NONE, ENTER);
    expect_command_line("old");
    expect_fallback("new");
}

static void check_said_once(void)
{
    const char *first = strstr(run_said(), "timeot");

    if (!first || strstr(first + 1, "timeot"))
        run_fail("a warning is shown twice, or not at all");
    if (!strstr(run_said(), "sound") || strstr(run_said(), "logo"))
        run_fail("not as many warnings are shown as there is room for");
}

/*
 * Without a menu, eight lines are shown that were not understood, of loader.conf and of entries: of
 * eight, nine and ten; the last ones when an entry is asked for.
 */
static void warnings(uint64_t seed)
{
    char config[100] = "";

    setup_two();
    for (uint64_t i = 0; i < 6 + seed; i++)
        snprintf(config + strlen(config), sizeof(config) - strlen(config), "config%u x\n",
                 (unsigned)i + 1);
    file_put_text(CONFIG, config);
    file_put_text(ENTRIES "last.conf", "version 0\nentry1 x\nentry2 x\nlinux /vmlinux\n");
    if (seed == 2)
        options_set("--entry new");
    warned = seed;
}

static void check_warnings(void)
{
    static const char *const said[][3] = {
        {"\\loader\\loader.conf:6: unknown key", "\\loader\\entries\\last.conf:2: unknown key",
         "\\loader\\entries\\last.conf:3: unknown key"},
        {"config7", "\"entry1\"", "pvhboot: 1 more lines were not understood"},
        {"config7", "config8", "pvhboot: 2 more lines were not understood"},
    };

    check_all_said(said[warned], ELEMENTS(said[warned]));
    if (!strstr(run_said(), "more lines") != (warned == 0) ||
        !strstr(run_said(), "entry2") != (warned > 0))
        run_fail("not as many warnings are shown as there is room for");
}

/*
 * The entries are told to the system that is booted, also when one is asked for. What was to be
 * booted once is left for the next boot.
 */
static void named(uint64_t seed)
{
    setup_plain();
    put_entry("a.conf", "A", "1", "x");
    options_set("--entry A");
    variable_put_text("LoaderEntryOneShot", "b.conf");
    if (seed == 0) {
        expect_command_line("x");
        return;
    }
    put_entry("b.conf", "B", "2", "y");
    options_set("--entry c");
    run_expect(ENDING_ERROR);
}

static void check_named(void)
{
    check_loader_variable("LoaderEntryOneShot", "b.conf");
    if (run_status() == EFI_SUCCESS)
        check_loader_variable("LoaderEntries", "a.conf");
    else if (!strstr(run_said(), "b, a"))
        run_fail("it is not said which entries there are");
}

/* Then the keyboard is not read, nor for a dry run. */
static void menu_disabled(uint64_t seed)
{
    setup_menu();
    if (seed == 0)
        variable_put_text("LoaderConfigTimeout", "menu-disabled");
    else
        options_set("--dry-run");
    keys_press(0, SCAN_NONE, ' ');
    if (seed == 1)
        run_expect(ENDING_SUCCESS);
}

static void check_no_key_read(void)
{
    if (keys_were_asked_for())
        run_fail("the keyboard is read");
}

static void menu_empty_alone(uint64_t seed)
{
    (void)seed;
    setup_plain();
    file_put_text(CONFIG, "timeout 2\ntimeot 5\n");
}

/* Where no menu can be shown, what may be why there is no entry is on the screen. */
static void menu_empty_nowhere(uint64_t seed)
{
    menu_empty_alone(seed);
    input_remove_all();
}

static void menu_no_keyboard(uint64_t seed)
{
    (void)seed;
    setup_menu();
    input_remove_all();
}

static void menu_no_screen(uint64_t seed)
{
    (void)seed;
    setup_menu();
    firmware_ways.no_console = true;
    fake_system_table.ConOut = NULL;
}

static void menu_forever(uint64_t seed)
{
    (void)seed;
    setup_menu();
    variable_put_text("LoaderConfigTimeout", "menu-force");
}

/* A timeout of 0 for one boot means none: the menu is shown until a key is pressed. */
static void menu_once(uint64_t seed)
{
    (void)seed;
    setup_menu();
    variable_put_text("LoaderConfigTimeoutOneShot", "0");
    keys_press(40 * TICKS_PER_SECOND, SCAN_DOWN, 0);
    keys_press(41 * TICKS_PER_SECOND, SCAN_NONE, ENTER);
    expect_command_line("old");
}

static void menu_hidden(uint64_t seed)
{
    setup_menu();
    variable_put_text("LoaderConfigTimeout", "menu-hidden");
    if (seed > 0) { /* a key is held down */
        keys_press(0, SCAN_NONE, ' ');
        press(SCAN_NONE, ENTER);
    }
}

/* Firmware may report a pressed key late; the loader waits a tenth of a second for it. */
static void menu_hidden_late(uint64_t seed)
{
    menu_hidden(0);
    keys_press(seed ? TICKS_PER_SECOND / 2 : TICKS_PER_SECOND / 20, SCAN_NONE, ' ');
    press(SCAN_DOWN, 0);
    press(SCAN_NONE, ENTER);
    expect_command_line(seed ? "new" : "old");
    expect_fallback(seed ? "old" : "new");
}

/* A key that is held down boots an entry; when that fails, the menu says why. */
static void menu_hidden_failed(uint64_t seed)
{
    (void)seed;
    menu_hidden(0);
    file_put_text(CONFIG, "timeout 5\ntimeot 5\n");
    file_put_text(ENTRIES "zap.conf", "title Zap\nsort-key a\nversion 0\nlinux /gone\n");
    keys_press(0, SCAN_NONE, '3');
    console_expect("/gone: no such file");
    press(SCAN_NONE, '2');
    press(SCAN_NONE, ENTER);
    expect_command_line("old");
    expect_fallback("new");
}

/*
 * Escape sequences of serial terminals that the firmware does not decode. Where no call but
 * WaitForEvent() tells of keys, each character comes alone; none may be taken for a key then.
 */
static void menu_sequences(uint64_t seed)
{
    static const char *const sequences[] = {"\033[B", "\033OB", "\033[1;5B", "\033[4~\033[B"};

    (void)seed;
    setup_menu();
    for (const char *byte = sequences[seed]; *byte; byte++)
        keys_press(FIRST_KEY, SCAN_NONE, (CHAR16)*byte);
    press(SCAN_NONE, '2');
    press(SCAN_NONE, ENTER);
    expect_command_line("old");
    expect_fallback("new");
}

/* Sequences whose characters come a quarter of a second apart, each of which chooses an entry. */
static void menu_cut_sequences(uint64_t seed)
{
    static const char *const sequences[] = {"\033[B",       "\033OB",  "\033[1;2B", "\033[[B\033[B",
                                            "\033OP\033OB", "\033O5B", "\033B2",    "\033f2"};

    setup_menu();
    type(sequences[seed]);
    press(SCAN_NONE, ENTER);
    expect_command_line("old");
}

/* Right behind Escape, letters that would end the session may be what is left of a sequence. */
static void menu_escape_letter(uint64_t seed)
{
    static const char letters[] = "BfF";

    setup_menu();
    press(SCAN_ESC, 0);
    press(SCAN_NONE, (CHAR16)letters[seed]);
    press(SCAN_NONE, '2');
    press(SCAN_NONE, ENTER);
    expect_command_line("old");
}

/* Some time after Escape, letters are keys again. */
static void menu_escape_restart(uint64_t seed)
{
    setup_menu();
    press(SCAN_ESC, 0);
    if (seed)
        press(SCAN_NONE, 'O'); /* what comes after this O is part of no sequence any more either */
    keys_press(FIRST_KEY + 3 * TICKS_PER_SECOND, SCAN_NONE, 'B');
}

/* ------------------------------------------------------------------------------------------------
 * EFI programs
 */

static void chain(uint64_t seed)
{
    (void)seed;
    setup_plain();
    file_put_text(ENTRIES "shell.conf", "title Shell\nefi /shell.efi\noptions a  b \n");
    file_put_text("\\shell.efi", "a program");
    fake_program.path = "\\shell.efi";
}

static void check_chain(void)
{
    if (fake_program.starts != 1)
        run_fail("the program is started %zu times", fake_program.starts);
    if (strcmp(fake_program.options, "a  b") != 0)
        run_fail("the program's options are \"%s\"", fake_program.options);
}

static void chain_refused(uint64_t seed)
{
    static const EFI_STATUS statuses[] = {EFI_UNSUPPORTED, EFI_LOAD_ERROR};

    chain(seed);
    fake_program.loads = statuses[seed];
}

/* UEFI 2.10, section 7.4.1: with the first the image is loaded and must be unloaded. */
static void chain_violation(uint64_t seed)
{
    chain(seed);
    fake_program.loads = seed ? EFI_ACCESS_DENIED : EFI_SECURITY_VIOLATION;
}

static void chain_returns(uint64_t seed)
{
    chain(seed);
    fake_program.returns = EFI_ABORTED;
}

static void chain_missing(uint64_t seed)
{
    chain(seed);
    fake_program.path = "\\other.efi";
}

/* Started from the menu; returns to it. */
static void chain_menu(uint64_t seed)
{
    chain(seed);
    file_put_text(CONFIG, "timeout 3\n");
    keys_pressed = 0;
    press(SCAN_NONE, ENTER);
    type("q");
}

/* entries-many makes the same calls as entry-boot, variables-junk the same as saved. */
const struct scenario manager_scenarios[] = {
    {"entries-many", many, ENDING_BOOT, NULL},
    {"entries-broken", broken, ENDING_BOOT, "New: vmlinux", check_broken, .faults = true},
    {"entries-with-directories", with_directories, ENDING_BOOT, "New: vmlinux",
     check_directories_unsaid},
    {"entries-unlistable", unlistable, ENDING_BOOT, "cannot be listed", .faults = true},
    {"entries-unlisted", unlistable_at_all, ENDING_ERROR, "cannot be listed", check_unread,
     .seeds = 3, .faults = true},
    {"entries-closed", closed_directory, ENDING_ERROR, "cannot be opened", check_unread,
     .faults = true, .lasts = 3100},
    {"entries-a-file", file_for_directory, ENDING_ERROR, "there is no directory \\loader\\entries",
     .lasts = 3100},
    {"worn-before-good", worn_before_good, ENDING_BOOT, .seeds = 2},
    {"worn-at-last", worn_at_last, ENDING_BOOT, NULL, check_worn_at_last, .seeds = 2},
    {"last-try-once", last_try_once, ENDING_ERROR, NULL, check_last_try, .lasts = 3100},
    {"config-damaged", damaged_config, ENDING_BOOT, "loader.conf", .seeds = 4, .faults = true},
    {"pass-entry", pass_entry, ENDING_BOOT, NULL, .faults = true},
    {"pass-no-entry", pass_no_entry, ENDING_BOOT, "this name cannot be passed to the kernel"},

    {"counted", counted, ENDING_BOOT, NULL, check_counted, .faults = true},
    {"counted-read-only", counted_read_only, ENDING_BOOT, "cannot be counted", check_not_counted,
     .faults = true},
    {"counted-protected", counted_protected, ENDING_BOOT, "cannot be counted", check_not_counted,
     .faults = true},
    {"counted-twice", counted_twice, ENDING_BOOT, NULL, check_counted_twice, .faults = true},
    {"counted-in-vain", counted_a_hundred_times, ENDING_BOOT, "cannot be counted",
     check_not_counted},
    {"exhausted", exhausted, ENDING_BOOT, NULL, .faults = true},

    {"one-shot", one_shot, ENDING_BOOT, NULL, check_one_shot, .faults = true},
    {"saved", saved, ENDING_BOOT, NULL, .faults = true},
    {"variables-refused", refused_variables, ENDING_BOOT, NULL, .seeds = 4, .faults = true},
    {"variables-junk", junk_variables, ENDING_BOOT, NULL, .seeds = 60},

    {"update-failed", update_failed, ENDING_BOOT, NULL, check_update_failed, .seeds = 2,
     .faults = true},

    {"menu-second", menu_second, ENDING_BOOT, "New", .faults = true},
    {"menu-timeout", menu_timeout, ENDING_BOOT, NULL, check_waited, MENU_FAULTS, .lasts = 5000},
    {"menu-edit", menu_edit_line, ENDING_BOOT, NULL, MENU_FAULTS},
    {"menu-edit-escape", menu_edit_escape, ENDING_BOOT, NULL, MENU_FAULTS},
    {"menu-no-editor", menu_no_editor, ENDING_BOOT, "editor no", MENU_FAULTS},
    {"menu-details", menu_details, ENDING_BOOT, "sort key", MENU_FAULTS},
    {"menu-leave-details", menu_leave_details, ENDING_BOOT, .seeds = 7},
    {"menu-edit-draft", menu_edit_draft, ENDING_BOOT},
    {"menu-edit-history", menu_edit_history, ENDING_BOOT, NULL, check_edit_history},
    {"menu-every-detail", menu_every_detail, ENDING_BOOT},
    {"menu-all-keys", menu_all_keys, ENDING_BOOT, "does not support rebooting into its setup",
     MENU_FAULTS},
    {"menu-settings", menu_settings, ENDING_BOOT, "is the default from now on", check_settings,
     .seeds = 2, MENU_FAULTS},
    {"menu-preferred", menu_preferred, ENDING_BOOT, "but another one is preferred",
     check_preferred},
    {"menu-probes", menu_probes, ENDING_BOOT, NULL, check_probed},
    {"menu-probes-without-memory", menu_probes_without_memory, ENDING_BOOT, NULL, check_probed,
     .hook = lack_memory_in_menu},
    {"menu-kept-timeout", menu_kept_timeout, ENDING_BOOT, "waits 6 s", check_kept_timeout,
     MENU_FAULTS},
    {"menu-timeouts", menu_timeouts, ENDING_BOOT, NULL, check_timeout, .seeds = ELEMENTS(timeouts)},
    {"menu-text-modes", menu_text_modes, ENDING_BOOT, NULL, check_text_mode,
     .seeds = ELEMENTS(text_modes)},
    {"menu-text-mode-faults", menu_text_modes, ENDING_BOOT, NULL, MENU_FAULTS},
    {"menu-mode-unset", menu_mode_unset, ENDING_BOOT, NULL, check_mode_set, .seeds = 2},
    {"menu-no-mode", menu_no_mode, ENDING_BOOT, "no other text mode", check_drawn_again},
    {"menu-mode-refused", menu_mode_refused, ENDING_BOOT, "did not store the console mode",
     .seeds = 2, .lasts = 2750},
    {"menu-beeps", menu_beeps, ENDING_BOOT, NULL, check_beeps, .seeds = ELEMENTS(beeping)},
    {"menu-beeps-end", menu_beeps_end, ENDING_BOOT, NULL, check_beeps_end},
    {"menu-beeps-most", menu_beeps_most, ENDING_BOOT, NULL, check_most_beeps},
    {"menu-settings-refused", menu_settings_refused, ENDING_BOOT, "did not store the default",
     MENU_FAULTS},
    {"menu-quit", menu_quit, ENDING_SUCCESS, NULL, MENU_FAULTS, .also = ALSO(ENDING_BOOT)},
    {"menu-setup", menu_setup, ENDING_SETUP, NULL, MENU_FAULTS,
     .also = ALSO(ENDING_BOOT) | ALSO(ENDING_SUCCESS)},
    {"menu-setup-keys", menu_setup_keys, ENDING_SETUP, .seeds = 5},
    {"menu-failed", menu_failed, ENDING_BOOT, "no such file", MENU_FAULTS},
    {"menu-failed-quit", menu_failed_quit, ENDING_SUCCESS, "no such file", check_quit_at_once,
     MENU_FAULTS, .also = ALSO(ENDING_BOOT)},
    {"menu-failed-twice", menu_failed_twice, ENDING_SUCCESS, "pvhboot: zip: ", MENU_FAULTS,
     .also = ALSO(ENDING_BOOT)},
    {"menu-failed-typed-ahead", menu_failed_typed_ahead, ENDING_BOOT, NULL, check_tried_once,
     .seeds = 2},
    {"menu-typed-ahead", menu_typed_ahead, ENDING_BOOT, .seeds = 2},
    {"menu-failed-alone", menu_failed_alone, ENDING_ERROR, "no such file", .faults = true,
     .lasts = 15000},
    {"default-unbootable", default_unbootable, ENDING_BOOT, "New: vmlinux", .seeds = UNBOOTABLE},
    {"default-unbootable-first", default_unbootable, ENDING_BOOT, "zap: /gone: no such file",
     .faults = true},
    {"default-unbootable-menu", default_unbootable_menu, ENDING_BOOT,
     "Zap cannot boot: ", .seeds = UNBOOTABLE - 2},
    {"default-unbootable-long", default_unbootable_long, ENDING_BOOT, "...", check_long_name,
     .lasts = 3000},
    {"default-unbootable-last", default_unbootable_last, ENDING_BOOT, "zap: /gone: no such file"},
    {"default-unbootable-menu-lost", default_unbootable_menu_lost, ENDING_BOOT, NULL,
     check_reason_said},
    {"default-unbootable-saved", substitute, ENDING_BOOT, NULL, check_not_saved},
    {"all-unbootable", all_unbootable, ENDING_ERROR, "no such file", check_each_said, .seeds = 2},
    {"machine-refuses", machine_refuses, ENDING_ERROR, "Secure Boot is on", .lasts = 3100},
    {"unbootable-as-default", unbootable_as_default, ENDING_BOOT, "but it cannot boot"},
    {"menu-empty", menu_empty, ENDING_SUCCESS, "nothing to boot", MENU_FAULTS},
    {"menu-warnings", menu_warnings, ENDING_BOOT, "2 more lines were not", check_said_once,
     MENU_FAULTS},
    {"warnings", warnings, ENDING_BOOT, NULL, check_warnings, .seeds = 3},
    {"named", named, ENDING_BOOT, NULL, check_named, .seeds = 2},
    {"menu-disabled", menu_disabled, ENDING_BOOT, NULL, check_no_key_read, .seeds = 2},
    {"menu-empty-alone", menu_empty_alone, ENDING_ERROR, "nothing to boot", .faults = true,
     .lasts = 5000},
    {"menu-empty-nowhere", menu_empty_nowhere, ENDING_ERROR, "timeot", .faults = true,
     .lasts = 3000},
    {"menu-no-keyboard", menu_no_keyboard, ENDING_BOOT, NULL, .faults = true},
    {"menu-no-screen", menu_no_screen, ENDING_BOOT, NULL, .faults = true},
    {"menu-forever", menu_forever, ENDING_WAITING, NULL, MENU_FAULTS},
    {"menu-once", menu_once, ENDING_BOOT, .lasts = 41000},
    {"menu-hidden", menu_hidden, ENDING_BOOT, NULL, .seeds = 2, .faults = true},
    {"menu-hidden-late", menu_hidden_late, ENDING_BOOT, NULL, .seeds = 2},
    {"menu-hidden-failed", menu_hidden_failed, ENDING_BOOT, "loader.conf:2: unknown key \"timeot\"",
     MENU_FAULTS},
    {"menu-sequences", menu_sequences, ENDING_BOOT, NULL, .seeds = 4, MENU_FAULTS},
    {"menu-cut-sequences", menu_cut_sequences, ENDING_BOOT, NULL, .seeds = 8},
    {"menu-escape-letter", menu_escape_letter, ENDING_BOOT, NULL, .seeds = 3},
    {"menu-escape-restart", menu_escape_restart, ENDING_RESTART, NULL, .seeds = 2},

    {"chain", chain, ENDING_SUCCESS, NULL, check_chain, .faults = true},
    {"chain-refused", chain_refused, ENDING_ERROR, "cannot be started", .seeds = 2, .faults = true},
    {"chain-violation", chain_violation, ENDING_ERROR, "refused by the firmware (", .seeds = 2,
     .faults = true},
    {"chain-returns", chain_returns, ENDING_ERROR, "returned an error", .faults = true,
     .lasts = 3100},
    {"chain-missing", chain_missing, ENDING_ERROR, "no such file", .faults = true, .lasts = 3100},
    {"chain-menu", chain_menu, ENDING_SUCCESS, NULL, MENU_FAULTS},
    {.name = NULL},
};
