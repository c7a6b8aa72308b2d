/* SPDX-License-Identifier: BSD-2-Clause */
/* What keys of the menu do, by what the console shows. */
#include "tests/firmware/scenarios/scenarios.h"

#include "tests/firmware/fake/console.h"
#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/screen.h"
#include "tests/firmware/scenarios/machines.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/framebuffers.h"
#include "tests/lib/pe_file.h"
#include "tests/lib/support.h"

#include <stdio.h>
#include <string.h>

#define ENTER '\r'

static uint64_t time;

static void press_with(UINT16 scan, CHAR16 unicode, UINT32 shift_state)
{
    keys_press_with((struct fake_key){
        .time = time += TICKS_PER_SECOND / 4,
        .scan = scan,
        .unicode = unicode,
        .state = {.KeyShiftState = shift_state ? EFI_SHIFT_STATE_VALID | shift_state : 0}});
}

static void press(UINT16 scan, CHAR16 unicode)
{
    press_with(scan, unicode, 0);
}

static void start(void)
{
    time = TICKS_PER_SECOND;
    setup_plain();
    file_put_text("\\loader\\loader.conf", "timeout 5\n");
}

static void start_with_entry(const char *text)
{
    start();
    file_put_text("\\loader\\entries\\a.conf", text);
}

/* Leaves what is shown, if it is not the list, and boots. */
static void leave_and_boot(void)
{
    press(SCAN_ESC, 0);
    press(0, ENTER);
}

/* ------------------------------------------------------------------------------------------------
 * The editor
 */

#define CTRL EFI_LEFT_CONTROL_PRESSED
#define ALT  EFI_LEFT_ALT_PRESSED

/* A key that is pressed at the bar of "first sec|ond third", and the line with an X typed then. */
static const struct {
    struct {
        UINT16 scan;
        CHAR16 unicode;
        UINT32 shift_state;
    } key;
    const char *line;
} edit_keys[] = {
    {{SCAN_LEFT, 0, 0}, "first seXcond third"},
    {{0, 'b', CTRL}, "first seXcond third"},
    {{SCAN_RIGHT, 0, 0}, "first secoXnd third"},
    {{0, 'f', CTRL}, "first secoXnd third"},
    {{SCAN_LEFT, 0, CTRL}, "first Xsecond third"},
    {{SCAN_LEFT, 0, ALT}, "first Xsecond third"},
    {{0, 'b', ALT}, "first Xsecond third"},
    {{SCAN_RIGHT, 0, EFI_RIGHT_CONTROL_PRESSED}, "first secondX third"},
    {{SCAN_RIGHT, 0, ALT}, "first secondX third"},
    {{0, 'f', ALT}, "first secondX third"},
    {{SCAN_HOME, 0, 0}, "Xfirst second third"},
    {{0, 'a', CTRL}, "Xfirst second third"},
    {{SCAN_END, 0, 0}, "first second thirdX"},
    {{0, 'e', CTRL}, "first second thirdX"},
    {{0, '\b', 0}, "first seXond third"},
    {{0, 'h', CTRL}, "first seXond third"},
    {{SCAN_DELETE, 0, 0}, "first secXnd third"},
    {{0, 'd', CTRL}, "first secXnd third"},
    {{0, 'w', CTRL}, "first Xond third"},
    {{0, '\b', ALT}, "first Xond third"},
    {{0, 'd', ALT}, "first secX third"},
    {{0, 'u', CTRL}, "Xond third"},
    {{0, 'k', CTRL}, "first secX"},
    {{0, '\t', 0}, "first secXond third"},
    {{0, 'x', CTRL}, "first secXond third"},
    {{0, 'x', ALT}, "first secXond third"},
    {{SCAN_INSERT, 0, 0}, "first secXond third"},
    {{SCAN_F1, 0, 0}, "first secXond third"},
    {{0, ' ', 0}, "first sec Xond third"},
};

/* The editor with the bar at "first sec|ond third". */
static void start_editing(void)
{
    start_with_entry("linux /vmlinux\noptions first second third\n");
    press(0, 'e');
    press(SCAN_HOME, 0);
    for (size_t i = 0; i < strlen("first sec"); i++)
        press(SCAN_RIGHT, 0);
}

static void finish_editing(const char *line)
{
    press(0, 'X');
    console_expect(line);
    press(0, ENTER);
    expect_command_line(line);
}

static void edit_key(uint64_t seed)
{
    start_editing();
    press_with(edit_keys[seed].key.scan, edit_keys[seed].key.unicode,
               edit_keys[seed].key.shift_state);
    finish_editing(edit_keys[seed].line);
}

/*
 * A terminal sends ESC and DEL for Alt+Backspace. EDK2 passes DEL on (0), or makes Delete (1) or a
 * backspace (2) of it.
 */
static void edit_by_terminal(uint64_t seed)
{
    static const struct fake_key keys[] = {
        {.unicode = 0x7f}, {.scan = SCAN_DELETE}, {.unicode = '\b'}};
    struct fake_key key = keys[seed];

    start_editing();
    press(SCAN_ESC, 0);
    key.time = ++time;
    keys_press_with(key);
    finish_editing("first Xond third");
}

/* Up and Down, or Ctrl+P and Ctrl+N: the entry's own line, and back to what has been typed. */
static void edit_history(uint64_t seed)
{
    start_with_entry("linux /vmlinux\noptions first\n");
    press(0, 'e');
    press(0, 'X');
    for (unsigned i = 0; i < 2; i++) {
        press_with(seed ? 0 : SCAN_UP, seed ? 'p' : 0, seed ? CTRL : 0);
        console_expect("\n  first\n");
    }
    for (unsigned i = 0; i < 2; i++) {
        press_with(seed ? 0 : SCAN_DOWN, seed ? 'n' : 0, seed ? CTRL : 0);
        console_expect("\n  firstX\n");
    }
    press(0, ENTER);
    expect_command_line("firstX");
}

/* A line that is longer than the row: marks tell where it goes on. */
static void edit_long_line(uint64_t seed)
{
    (void)seed;
    start_with_entry("linux /vmlinux\noptions 123456789_123456789_123456789_123456789_123456789_"
                     "123456789_123456789_123456789_123456789_123456789_\n");
    press(0, 'e');
    console_expect("\n><3456789_123456789_123456789_123456789_123456789_123456789_\n");
    console_expect("cursor: row 21, column 59\n");
    press(SCAN_HOME, 0);
    console_expect(
        "\n> 123456789_123456789_123456789_123456789_123456789_123456789_123456789_1234567>\n");
    console_expect("cursor: row 21, column 1\n");
    for (int i = 0; i < 77; i++)
        press(SCAN_RIGHT, 0);
    console_expect(
        "\n><_123456789_123456789_123456789_123456789_123456789_123456789_123456789_123456>\n");
    console_expect("cursor: row 21, column 59\n");
    leave_and_boot();
    expect_command_line("123456789_123456789_123456789_123456789_123456789_123456789_123456789_"
                        "123456789_123456789_123456789_");
}

/* ------------------------------------------------------------------------------------------------
 * Lists that are longer than the screen
 */

/* A key, and the number in the row that it leads to. */
struct step {
    UINT16 scan;
    CHAR16 unicode;
    unsigned shown;
};

/* The console shows the row with this number, and not that with another one. */
static void expect_row(const char *format, unsigned shown, unsigned hidden)
{
    static char texts[96][80];
    static size_t count;

    require(count + 2 <= ELEMENTS(texts));
    snprintf(texts[count], sizeof(texts[count]), format, shown);
    console_expect(texts[count++]);
    snprintf(texts[count], sizeof(texts[count]), format, hidden);
    console_expect_none(texts[count++]);
}

#define LINES_LISTED 51 /* what is wrong with later ones is not told one by one */

/* The details of an entry, in 60 rows, of which 22 are shown: the fifth is of line 3, and so on. */
static void scroll_details(uint64_t seed)
{
    static const struct step steps[] = {
        {0, 'p', 1},           {SCAN_DOWN, 0, 2}, {0, 'j', 3},  {SCAN_UP, 0, 2},
        {0, 'k', 1},           {SCAN_UP, 0, 1},   {0, ' ', 22}, {SCAN_PAGE_DOWN, 0, 39},
        {SCAN_PAGE_UP, 0, 18}, {0, 'b', 1},       {0, 'x', 1},  {SCAN_END, 0, 39},
        {SCAN_DOWN, 0, 39},    {SCAN_HOME, 0, 1},
    };
    char text[2000] = "title T\nlinux /vmlinux\n";

    (void)seed;
    for (unsigned i = 3; i <= 58; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "row%u x\n", i);
    start_with_entry(text);
    for (size_t i = 0; i < ELEMENTS(steps); i++) {
        press(steps[i].scan, steps[i].unicode);
        expect_row("Lines %u to", steps[i].shown, steps[i].shown + 1);
        /* the fifth row, the last one, and the one below that */
        expect_row(" line %u:", steps[i].shown + 2, steps[i].shown + 20);
        if (steps[i].shown + 20 <= LINES_LISTED)
            expect_row("unknown key \"row%u\"", steps[i].shown + 19, steps[i].shown + 20);
    }
    leave_and_boot();
}

/* Details that fill the screen (0), and a row more (1). The cursor, where one is seen, is below. */
static void full_details(uint64_t seed)
{
    char text[2000] = "title T\nlinux /vmlinux\n";

    for (unsigned i = 0; i < 12 + seed; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "unknown\n");
    start_with_entry(text);
    press(0, 'p');
    if (seed == 0)
        console_expect_none("Lines");
    else
        console_expect("Lines 1 to 22 of 23   Up, Down: scroll   Esc: back\n");
    console_expect("Esc: back\n \ncursor: row 23, column 0, hidden\n");
    leave_and_boot();
}

/* A value that is longer than a row goes on below itself. */
static void wrap_details(uint64_t seed)
{
    (void)seed;
    start_with_entry("title T\nlinux /vmlinux\noptions 123456789 123456789 123456789 123456789 "
                     "123456789 123456789 second row\ncolour red\n");
    file_put_text("\\loader\\loader.conf", "timeout 5\nsound on\n");
    press(SCAN_HOME, 0);
    press(0, 'p');
    console_expect("  options:        123456789 123456789 123456789 123456789 123456789 123456789\n"
                   "                  second row\n"
                   "  line 4:         unknown key \"colour\"; ignored\n"
                   " \n");
    press(SCAN_END, 0);
    console_expect("\n  \\loader\\loader.conf:2: unknown key \"sound\"; ignored\n");
    leave_and_boot();
    expect_command_line("123456789 123456789 123456789 123456789 123456789 123456789 second row");
}

/* The bar is at the entry, and only there, with a mark at the default; other rows are cut off. */
static void move_bar(uint64_t seed)
{
    static const struct step steps[] = {
        {SCAN_DOWN, 0, 2}, {0, 'j', 3},          {SCAN_UP, 0, 2},         {0, 'k', 1},
        {SCAN_UP, 0, 1},   {SCAN_END, 0, 40},    {SCAN_DOWN, 0, 40},      {SCAN_HOME, 0, 1},
        {0, '9', 9},       {SCAN_PAGE_UP, 0, 1}, {SCAN_PAGE_DOWN, 0, 18},
    };
    char path[40], text[80];

    (void)seed;
    start();
    for (unsigned i = 1; i <= 40; i++) {
        snprintf(path, sizeof(path), "\\loader\\entries\\%02u.conf", i);
        snprintf(text, sizeof(text), "title Entry %u.\nsort-key %02u\nlinux /vmlinux\noptions %u\n",
                 i, i, i);
        file_put_text(path, text);
    }
    console_expect_none("above)\n");
    console_expect("(23 more below)\n");
    console_expect("highlighted: row 1, columns 32 to 46\n");
    for (size_t i = 0; i < ELEMENTS(steps); i++) {
        press(steps[i].scan, steps[i].unicode);
        if (steps[i].shown < 10) /* a serial terminal shows the cursor */
            expect_row("cursor: row %u, column 32, hidden\n", steps[i].shown, steps[i].shown + 1);
        expect_row(steps[i].shown == 1 ? "\n>                                => Entry %u.\n"
                                       : "\n>                                   Entry %u.\n",
                   steps[i].shown, steps[i].shown + 1);
    }
    console_expect("(1 more above)\n");
    console_expect("(22 more below)\n");
    press(0, ENTER);
    expect_command_line("18");
}

/* ------------------------------------------------------------------------------------------------
 * The other keys
 */

#define SETUP_REFUSED "This firmware does not support rebooting into its setup.\n"
#define LONGER        "Later boots: the menu waits 6 s.\n"
#define SHORTER       "Later boots: the menu waits 4 s.\n"
#define HELP(setup)                                                                                \
    "\n Enter: boot   e: edit   p: details   d, D: default   +/-: timeout   1-9: choose\n" setup   \
    "O: power off   B: reboot   Q: back to the firmware\n"                                         \
    " l: Linux   w: Windows   a: macOS   s: UEFI shell   v: version\n"                             \
    " r, R: text mode   Ctrl+L: redraw\n"

/* A key that is pressed while the second of three entries is selected, and what is shown then. */
static const struct {
    UINT16 scan;
    CHAR16 unicode;
    UINT32 shift_state;
    const char *shown;
} keys[] = {
    {0, 'K', 0, ">                                    => A\n"},
    {0, 'J', 0, ">                                       C\n"},
    {0, '<', ALT, ">                                    => A\n"},
    {0, '>', ALT, ">                                       C\n"},
    {SCAN_PAGE_UP, 0, 0, ">                                    => A\n"},
    {SCAN_PAGE_DOWN, 0, 0, ">                                       C\n"},
    {0, '1', 0, ">                                    => A\n"},
    {0, '3', 0, ">                                       C\n"},
    {0, '9', 0, ">                                       C\n"},
    {0, 'l', 0, ">                                       C\n"},
    {0, 'w', 0, "There is no entry for Windows.\n"},
    {0, 'a', 0, "There is no entry for macOS.\n"},
    {0, 's', 0, "There is no entry for a shell.\n"},
    {0, 'h', 0, HELP(" ")},
    {0, 'H', 0, HELP(" ")},
    {0, '?', 0, HELP(" ")},
    {SCAN_F1, 0, 0, HELP(" ")},
    {0, 'v', 0, "pvhboot " PVHBOOT_VERSION "\n"},
    {0, 'V', 0, "pvhboot " PVHBOOT_VERSION "\n"},
    {0, 'f', 0, SETUP_REFUSED},
    {0, 'F', 0, SETUP_REFUSED},
    {SCAN_F2, 0, 0, SETUP_REFUSED},
    {SCAN_F10, 0, 0, SETUP_REFUSED},
    {SCAN_DELETE, 0, 0, SETUP_REFUSED},
    {0, '+', 0, LONGER},
    {0, '=', 0, LONGER},
    {0, 't', 0, LONGER},
    {0, '-', 0, SHORTER},
    {0, 'T', 0, SHORTER},
    {0, 'd', 0, "This entry is the default from now on.\n"},
    {0, 'D', 0, "This entry is the default from now on.\n"},
    {0, 'e', 0, "Enter: boot with this command line   Esc: discard changes\n"},
    {0, 'E', 0, "Enter: boot with this command line   Esc: discard changes\n"},
    {0, 'p', 0, "  title:          B\n"},
    {0, 'P', 0, "  title:          B\n"},
    {0, 'r', 0, "Text mode 2 from now on: 100 x 31 characters. R: the usual one.\n"},
    {0, 'R', 0, "The usual text mode again, 0: 80 x 25 characters.\n"},
};

static void any_key(uint64_t seed)
{
    start();
    file_put_text("\\loader\\entries\\a.conf", "sort-key a\ntitle A\nlinux /vmlinux\noptions a\n");
    file_put_text("\\loader\\entries\\b.conf", "sort-key b\ntitle B\nlinux /vmlinux\noptions b\n");
    file_put_text("\\loader\\entries\\c.conf", "sort-key c\ntitle C\nlinux /vmlinux\noptions c\n");
    press(SCAN_DOWN, 0);
    press_with(keys[seed].scan, keys[seed].unicode, keys[seed].shift_state);
    console_expect(keys[seed].shown);
    leave_and_boot();
    expect_command_line(strstr(keys[seed].shown, " A\n")   ? "a"
                        : strstr(keys[seed].shown, " C\n") ? "c"
                                                           : "b");
}

static void help_with_setup(uint64_t seed)
{
    (void)seed;
    start_with_entry("title A\nlinux /vmlinux\n");
    support_setup();
    press(0, 'h');
    console_expect(HELP(" f: firmware setup   "));
    press(0, ENTER);
}

/* ------------------------------------------------------------------------------------------------
 * What is shown
 */

/* An entry of the directory that has no name is its end. */
static void nameless_file(uint64_t seed)
{
    (void)seed;
    start_with_entry("linux /vmlinux\n");
    medium_ways.nameless = true;
    press(0, 'p');
    console_expect("  entries:        1\n");
    leave_and_boot();
}

static void put_program(const char *path, uint16_t machine)
{
    struct pe_file program;

    pe_file_start(&program);
    put_number(pe_file_header(&program) + 4, 2, machine);
    file_put(path, program.bytes, program.size);
    pe_file_free(&program);
}

/* EFI programs are looked at, too: one for this machine, a text, one for another machine. */
static void programs(uint64_t seed)
{
    (void)seed;
    start_with_entry("sort-key 1\ntitle Kernel\nlinux /vmlinux\n");
    file_put_text("\\loader\\entries\\b.conf", "sort-key 2\ntitle Good\nefi /good.efi\n");
    file_put_text("\\loader\\entries\\c.conf", "sort-key 3\ntitle Text\nefi /text.efi\n");
    file_put_text("\\loader\\entries\\d.conf", "sort-key 4\ntitle Other\nefi /other.efi\n");
    put_program("\\good.efi", 0x8664);
    put_program("\\other.efi", 0xaa64);
    file_put_text("\\text.efi",
                  "a text that is longer than the header that programs begin with, MZ");
    console_expect(" Kernel\n");
    console_expect(" Good\n");
    console_expect(" Text (cannot boot)\n");
    console_expect(" Other (cannot boot)\n");
    press(0, '3');
    console_expect("/text.efi: is not an EFI program for x64; name one\n");
    press(0, '4');
    console_expect("/other.efi: is not an EFI program for x64; name one\n");
    press(0, '1');
    press(0, ENTER);
}

/* Where no entry can be the default, the bar is at the first one, and nothing is marked. */
static void without_default(uint64_t seed)
{
    (void)seed;
    start_with_entry("title A\nsort-key a\nlinux /vmlinux\narchitecture aa64\n");
    file_put_text("\\loader\\entries\\b.conf",
                  "title B\nsort-key b\nlinux /vmlinux\narchitecture aa64\n");
    console_expect(">                                       A (cannot boot)\n");
    press(SCAN_DOWN, 0);
    console_expect(">                                       B (cannot boot)\n");
    press(0, 'Q');
}

/* With Secure Boot on (1), no kernel is decoded before it is verified, and no line is edited. */
static void secure(uint64_t seed)
{
    set_secure_boot(seed == 1);
    start_with_entry("title A\nsort-key a\nlinux /text\n");
    file_put_text("\\loader\\entries\\b.conf", "title B\nsort-key b\nlinux /gone\n");
    file_put_text("\\loader\\entries\\c.conf", "title C\nsort-key c\nlinux /vmlinux\n");
    file_put_text("\\text", "no kernel, but a text that is long enough for the start of one");
    file_put_text("\\loader\\loader.conf", "timeout 5\ndefault a*\npreferred c\n");
    press(SCAN_HOME, 0);
    console_expect(seed ? " A\n" : " A (cannot boot)\n");
    console_expect(" B (cannot boot)\n");
    console_expect(" C\n");
    press(0, 'e');
    console_expect(seed ? "Editing is off: with Secure Boot on, a command line has to be signed.\n"
                        : "Enter: boot with this command line   Esc: discard changes\n");
    press(SCAN_ESC, 0);
    press(0, 'p');
    console_expect(seed ? "  Secure Boot:    on\n" : "  Secure Boot:    off\n");
    console_expect("  entries:        3\n"
                   "  preferred:      c\n"
                   "  default:        a*\n");
    press(SCAN_ESC, 0);
    press(0, 'Q');
}

/* What has no tries left can be made the default, which it is not then. */
static void without_tries(uint64_t seed)
{
    start_with_entry("title Good\nsort-key a\nlinux /vmlinux\n");
    file_put_text("\\loader\\entries\\worn+0-3.conf", "title Worn\nlinux /vmlinux\n");
    press(SCAN_DOWN, 0);
    press(0, seed == 0 ? 'd' : 'D');
    console_expect("it has no tries left.");
    press(0, ENTER);
}

/* The letter of Linux goes to unified kernel images, and not to other programs. */
static void letter_of_images(uint64_t seed)
{
    (void)seed;
    start_with_entry("title Program\nsort-key a\nefi /a.efi\n");
    file_put_text("\\loader\\entries\\b.conf", "title Image\nsort-key b\nuki /a.efi\n");
    put_program("\\a.efi", 0x8664);
    press(0, 'l');
    console_expect(">                                    Image");
    press(0, 'Q');
}

/*
 * While nobody presses a key, entries are looked at. That takes seconds on a slow medium, whose
 * progress does not show on top of the menu.
 */
static void slow_medium(uint64_t seed)
{
    static const char *const files[] = {"large.xz", "large.zst"};

    start_with_entry("title A name that is longer than what would be shown of the progress, to see "
                     "it\nsort-key a\nlinux /packed\n");
    file_put_text("\\loader\\loader.conf", "timeout menu-force\n");
    file_put_text("\\loader\\entries\\b.conf", "title B\nsort-key b\nlinux /vmlinux\n");
    put_packed_kernel("\\packed", files[seed]);
    medium_ways.ticks_per_mib = 8 * TICKS_PER_SECOND;
    time = 60 * TICKS_PER_SECOND;
    console_expect(">=> A name that is longer than what would be shown of the pro");
    press(SCAN_DOWN, 0);
    press(SCAN_UP, 0);
    press(0, ENTER);
}

/*
 * Text that covers less than a tenth of a screen above Full HD is too small: 80x25 characters of
 * 8x19 pixels are 304000.
 */
static const struct {
    uint32_t width, height;
    bool is_tiny;
} screens[] = {
    {1280, 800, false},  {1920, 1080, false}, {1921, 1582, false},
    {1600, 1900, false}, {1921, 1583, true},  {2814, 1080, false},
    {2814, 1081, true},  {3840, 2160, true},  {304, 10001, true},
};

static void add_screen(uint32_t width, uint32_t height)
{
    static struct framebuffer framebuffer;

    framebuffer = (struct framebuffer)FRAMEBUFFER_XRGB8888(USUAL_SCREEN, width, height, 4 * width);
    screen_make_usual(&machine_screen);
    machine_screen.info.HorizontalResolution = width;
    machine_screen.info.PixelsPerScanLine = width;
    machine_screen.info.VerticalResolution = height;
    machine_screen.mode.FrameBufferSize = 4 * (UINTN)width * height;
    screen_install(&machine_screen);
    expect_screen(&framebuffer);
}

static uint64_t screen_row;

static void text_size(uint64_t seed)
{
    screen_row = seed;
    start_with_entry("linux /vmlinux\n");
    file_put_text("\\loader\\loader.conf", "timeout 1\nconsole-mode auto\n");
    add_screen(screens[seed].width, screens[seed].height);
}

static void check_text_size(void)
{
    if (console_mode() != (screens[screen_row].is_tiny ? 2 : 0))
        run_fail("text mode %d is set on a screen of %ux%u pixels", (int)console_mode(),
                 screens[screen_row].width, screens[screen_row].height);
}

const struct scenario menu_scenarios[] = {
    {"menu-edit-key", edit_key, ENDING_BOOT, .seeds = ELEMENTS(edit_keys)},
    {"menu-edit-up-and-down", edit_history, ENDING_BOOT, .seeds = 2},
    {"menu-edit-by-terminal", edit_by_terminal, ENDING_BOOT, .seeds = 3},
    {"menu-edit-long-line", edit_long_line, ENDING_BOOT},
    {"menu-scroll-details", scroll_details, ENDING_BOOT},
    {"menu-full-details", full_details, ENDING_BOOT, .seeds = 2},
    {"menu-wrap-details", wrap_details, ENDING_BOOT},
    {"menu-move-bar", move_bar, ENDING_BOOT},
    {"menu-any-key", any_key, ENDING_BOOT, .seeds = ELEMENTS(keys)},
    {"menu-help-with-setup", help_with_setup, ENDING_BOOT},
    {"menu-nameless-file", nameless_file, ENDING_BOOT},
    {"menu-programs", programs, ENDING_BOOT},
    {"menu-without-default", without_default, ENDING_SUCCESS},
    {"menu-secure", secure, ENDING_SUCCESS, .seeds = 2},
    {"menu-without-tries", without_tries, ENDING_BOOT, .seeds = 2},
    {"menu-letter-of-images", letter_of_images, ENDING_SUCCESS},
    {"menu-slow-medium", slow_medium, ENDING_BOOT, .seeds = 2},
    {"menu-text-size", text_size, ENDING_BOOT, NULL, check_text_size, .seeds = ELEMENTS(screens)},
    {NULL},
};
