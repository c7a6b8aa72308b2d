/* SPDX-License-Identifier: BSD-2-Clause */
/* Keyboards: two protocols, of which either may be missing or broken. */
#include "tests/firmware/scenarios/scenarios.h"

#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/scenarios/setup.h"

/* UEFI 2.10, section 12.3.2. */
#define TOGGLE_STATE_EXPOSED 0x40

static uint64_t time;

static void press(struct fake_key key)
{
    key.time = time += TICKS_PER_SECOND / 4;
    keys_press_with(key);
}

static void setup_menu(void)
{
    setup_plain();
    file_put_text("\\loader\\loader.conf", "timeout menu-force\n");
    file_put_text("\\loader\\entries\\b.conf", "linux /vmlinux\noptions first\n");
    file_put_text("\\loader\\entries\\a.conf", "linux /vmlinux\noptions second\n");
    time = TICKS_PER_SECOND;
}

/* Chooses the second entry, which only keys can do. */
static void choose_second(void)
{
    setup_menu();
    press((struct fake_key){.scan = SCAN_DOWN});
    press((struct fake_key){.unicode = '\r'});
    expect_command_line("second");
    expect_fallback("first");
}

/*
 * Some tablets report Enter's character as its scan code, which is that of F3, and some of them in
 * both places; some have only keys for the power and the volume.
 */
static void enter_by_scan(uint64_t seed)
{
    static const struct fake_key keys[] = {
        {.scan = '\r'}, {.scan = '\r', .unicode = '\r'}, {.scan = 0x102}};

    setup_menu();
    press((struct fake_key){.scan = SCAN_DOWN});
    press((struct fake_key){.scan = 0x80}); /* volume up, */
    press((struct fake_key){.scan = 0x81}); /* and down */
    press(keys[seed]);
    expect_command_line("second");
    expect_fallback("first");
}

static void both(uint64_t seed)
{
    (void)seed;
    choose_second();
}

static void plain_only(uint64_t seed)
{
    (void)seed;
    choose_second();
    input_remove_extended();
}

static void extended_only(uint64_t seed)
{
    (void)seed;
    choose_second();
    input_remove_plain();
    fake_system_table.ConIn = NULL;
}

static void deaf(uint64_t seed)
{
    (void)seed;
    choose_second();
    input_make_deaf();
}

/* Without a valid event in the extended protocol, the plain one is used. */
static void eventless(uint64_t seed)
{
    (void)seed;
    choose_second();
    input_lose_event();
}

static void press_held(uint32_t held, UINT16 scan, CHAR16 unicode)
{
    press((struct fake_key){.scan = scan, .unicode = unicode, .state = {held, 0}});
}

/* Modifiers that are held, and toggle states. */
static void states(uint64_t seed)
{
    const struct fake_key lamp = {.state = {EFI_SHIFT_STATE_VALID, EFI_TOGGLE_STATE_VALID |
                                                                       TOGGLE_STATE_EXPOSED |
                                                                       EFI_CAPS_LOCK_ACTIVE}};

    (void)seed;
    setup_menu();
    press(lamp);
    press_held(EFI_SHIFT_STATE_VALID | EFI_LEFT_ALT_PRESSED, 0, '>'); /* the last entry */
    press_held(EFI_SHIFT_STATE_VALID | EFI_LEFT_SHIFT_PRESSED, 0, 'E');
    press(lamp);
    press_held(EFI_SHIFT_STATE_VALID | EFI_RIGHT_CONTROL_PRESSED, 0, 'A'); /* the line's start */
    press_held(0, 0, 'x');
    press_held(0, 0, ' ');
    press_held(EFI_SHIFT_STATE_VALID | EFI_LEFT_CONTROL_PRESSED, SCAN_RIGHT, 0); /* a word */
    press_held(EFI_SHIFT_STATE_VALID | EFI_RIGHT_ALT_PRESSED, 0, '@');           /* AltGr */
    press_held(EFI_LEFT_CONTROL_PRESSED, 0, 'k'); /* the shift state is not valid: plain k */
    press_held(EFI_SHIFT_STATE_VALID | EFI_RIGHT_SHIFT_PRESSED, 0, '\r');
    expect_command_line("x second@k");
}

/* Escape, which leaves the editor, and at once a key that belongs to no sequence: both count. */
static void escape_and_key(uint64_t seed)
{
    setup_menu();
    if (seed == 1)
        press((struct fake_key){.scan = SCAN_DOWN});
    press((struct fake_key){.unicode = 'e'});
    press((struct fake_key){.unicode = 'x'});
    press((struct fake_key){.scan = SCAN_ESC});
    if (seed == 0)
        keys_press_with((struct fake_key){.time = ++time, .scan = SCAN_DOWN});
    keys_press_with((struct fake_key){.time = ++time, .unicode = '\r'});
    expect_command_line("second");
}

/*
 * Keys that do nothing end the countdown all the same: F11 and F12, by their scan codes or as a
 * terminal sends them, and Pause. What a terminal says of itself is no key.
 */
static void other_keys(uint64_t seed)
{
    static const struct {
        UINT16 scan;
        const char *sequence;
    } keys[] = {{0x15, ""}, {0x16, ""}, {0x48, ""}, {0, "\033[24~"}, {0, "\033[?6c"}};

    setup_menu();
    file_put_text("\\loader\\loader.conf", "timeout 2\n");
    if (keys[seed].scan)
        press((struct fake_key){.scan = keys[seed].scan});
    for (const char *byte = keys[seed].sequence; *byte; byte++)
        keys_press_with((struct fake_key){.time = time, .unicode = (CHAR16)*byte});
    time += 9 * TICKS_PER_SECOND;
    press((struct fake_key){.scan = SCAN_DOWN});
    press((struct fake_key){.unicode = '\r'});
    expect_command_line(seed == 4 ? "first" : "second");
}

const struct scenario keyboard_scenarios[] = {
    {"keyboard-both", both, ENDING_BOOT, NULL},
    {"keyboard-plain", plain_only, ENDING_BOOT, NULL, .faults = true},
    {"keyboard-extended", extended_only, ENDING_BOOT, NULL, .faults = true},
    /* Without the other keyboard, no keys arrive. */
    {"keyboard-deaf", deaf, ENDING_BOOT, NULL, .faults = true, .also = ALSO(ENDING_WAITING)},
    {"keyboard-eventless", eventless, ENDING_BOOT, NULL, .faults = true},
    {"keyboard-states", states, ENDING_BOOT, NULL},
    {"keyboard-enter-by-scan", enter_by_scan, ENDING_BOOT, NULL, .seeds = 3},
    {"keyboard-others", other_keys, ENDING_BOOT, .seeds = 5},
    {"keyboard-escape-and-key", escape_and_key, ENDING_BOOT, .seeds = 2},
    {.name = NULL},
};
