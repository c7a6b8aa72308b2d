/* SPDX-License-Identifier: BSD-2-Clause */
/* Screens that the firmware has, has not, or lies about, and what the kernel is told of them. */
#include "tests/firmware/scenarios/scenarios.h"

#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/scenarios/machines.h"
#include "tests/firmware/scenarios/setup.h"

#include <stdio.h>
#include <string.h>

#define OTHER_SCREEN UINT64_C(0x90000000)
#define HIGH_SCREEN  UINT64_C(0x4000000000)
#define WORDS        "framebuffer=0x80000000,1280x800,5120,xrgb8888"
#define ENTRY        "\\loader\\entries\\only.conf"
#define CONFIG       "\\loader\\loader.conf"

static void setup_quiet(void)
{
    setup_plain();
    options_set("vmlinux quiet");
    expect_command_line("quiet");
}

/* ------------------------------------------------------------------------------------------------
 * One screen
 */

static void screen(uint64_t seed)
{
    (void)seed;
    setup_plain();
    options_set("vmlinux");
}

static void check_cleared(void)
{
    if (run_is_plain() && !machine_screen.cleared)
        run_fail("the screen is not cleared for the kernel");
}

static void no_screen(uint64_t seed)
{
    (void)seed;
    setup_quiet();
    screen_remove(&machine_screen);
    expect_screen(NULL);
}

static void no_screen_words(uint64_t seed)
{
    no_screen(seed);
    options_set("--pass-framebuffer vmlinux quiet");
}

/* Headless machines are common: there is nothing to warn of. */
static void check_nothing_said(void)
{
    if (strstr(run_said(), "warning") || strstr(run_said(), "framebuffer"))
        run_fail("something is said about the screen");
}

/* A mask of zeros is no colour, one with gaps no field. */
static void set_masks(uint32_t red, uint32_t green, uint32_t blue, uint32_t reserved)
{
    machine_screen.info.PixelFormat = PixelBitMask;
    machine_screen.info.PixelInformation = (EFI_PIXEL_BITMASK){red, green, blue, reserved};
}

static void spoil_mode(uint64_t way)
{
    EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE *mode = &machine_screen.mode;
    EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info = &machine_screen.info;

    if (way == 0)
        info->HorizontalResolution = 0;
    else if (way == 1)
        info->VerticalResolution = 0;
    else if (way == 2)
        info->PixelsPerScanLine = 1279;
    else if (way == 3)
        info->PixelsPerScanLine = UINT32_MAX; /* more than 32 bits of bytes */
    else if (way == 4)
        mode->FrameBufferBase = 0;
    else if (way == 5)
        mode->FrameBufferBase = UINT64_MAX - 1280 * 800 * 4 + 1; /* up to 2^64 and 1 byte */
    else if (way == 6)
        mode->FrameBufferSize = 1280 * 800 * 4 - 1;
    else if (way == 7)
        mode->Info = NULL;
    else if (way == 8)
        info->PixelFormat = PixelBltOnly;
    else
        info->PixelFormat = PixelFormatMax;
}

#define WAYS_TO_SPOIL 10

/* None of these is a framebuffer, not even in words. */
static void lying_screen(uint64_t seed)
{
    setup_quiet();
    options_set("--pass-framebuffer vmlinux quiet");
    spoil_mode(seed);
    expect_screen(NULL);
}

static const struct masks {
    uint32_t red, green, blue, reserved;
} bad_masks[] = {
    {0, 0xff00, 0xff, 0},
    {0xff0000, 0, 0xff, 0},
    {0xff0000, 0xff00, 0, 0},
    {0xfd0000, 0xff00, 0xff, 0},
    {0xff0000, 0xff00, 0xff, 0xf0f0f0f0u},
    {0x80000001, 0xff00, 0xff, 0},
};

static void bad_mask(uint64_t seed)
{
    const struct masks *masks = &bad_masks[seed];

    setup_quiet();
    options_set("--pass-framebuffer vmlinux quiet");
    set_masks(masks->red, masks->green, masks->blue, masks->reserved);
    expect_screen(NULL);
}

/* Linux has no name for the format: no record; another kernel may know it. */
static void unusual_masks(uint64_t seed)
{
    (void)seed;
    setup_plain();
    set_masks(0xff000000, 0xff0000, 0xff00, 0xff);
    options_set("--pass-framebuffer vmlinux quiet");
    expect_command_line("framebuffer=0x80000000,1280x800,5120,r24:8g16:8b8:8 quiet");
    expect_screen(NULL);
}

static struct framebuffer other;

/* Each way, the kernel is told of `other`. */
static void change_format(uint64_t way)
{
    if (way == 0) { /* red and blue are the other way round */
        machine_screen.info.PixelFormat = PixelRedGreenBlueReserved8BitPerColor;
        other.red = (struct pixel_field){0, 8};
        other.blue = (struct pixel_field){16, 8};
    } else if (way == 1) { /* masks that say what is usual */
        set_masks(0xff0000, 0xff00, 0xff, 0xff000000);
    } else if (way == 2) { /* 24 bits */
        set_masks(0xff0000, 0xff00, 0xff, 0);
        other.bits_per_pixel = 24;
        other.pitch = 1280 * 3;
    } else { /* 16 bits */
        set_masks(0xf800, 0x7e0, 0x1f, 0);
        other.bits_per_pixel = 16;
        other.pitch = 1280 * 2;
        other.red = (struct pixel_field){11, 5};
        other.green = (struct pixel_field){5, 6};
        other.blue = (struct pixel_field){0, 5};
    }
}

#define FORMATS 4

static void format(uint64_t seed)
{
    setup_quiet();
    other = usual_framebuffer;
    change_format(seed);
    expect_screen(&other);
}

/* Above 4 GiB, lines longer than what is seen, and a size without the rest of the last one. */
static void wide_and_high(uint64_t seed)
{
    (void)seed;
    setup_quiet();
    other = usual_framebuffer;
    other.address = machine_screen.mode.FrameBufferBase = HIGH_SCREEN;
    other.pitch = 2048 * 4;
    machine_screen.info.PixelsPerScanLine = 2048;
    machine_screen.mode.FrameBufferSize = 799 * 2048 * 4 + 1280 * 4;
    expect_screen(&other);
}

/* ------------------------------------------------------------------------------------------------
 * Two screens
 */

static struct fake_screen second;

static void add_second(bool has_console)
{
    screen_make_usual(&second);
    second.mode.FrameBufferBase = OTHER_SCREEN;
    second.has_console = has_console;
    other = usual_framebuffer;
    other.address = OTHER_SCREEN;
    screen_install(&second);
}

static void two_screens(uint64_t seed)
{
    setup_quiet();
    add_second(seed == 0);
}

/* The first one has no console. */
static void second_has_console(uint64_t seed)
{
    (void)seed;
    setup_quiet();
    screen_remove(&machine_screen);
    machine_screen.has_console = false;
    screen_install(&machine_screen);
    add_second(true);
    expect_screen(&other);
}

/* The console's one has no framebuffer. */
static void second_has_framebuffer(uint64_t seed)
{
    (void)seed;
    setup_quiet();
    machine_screen.info.PixelFormat = PixelBltOnly;
    add_second(false);
    expect_screen(&other);
}

/* EDK2's ConSplitter: the console's own handle comes first, and stands for all screens. */
static void splitter(uint64_t seed)
{
    setup_quiet();
    screen_remove(&machine_screen);
    machine_screen.has_console = false;
    machine_screen.handle = console_handle;
    screen_install(&machine_screen);
    if (seed == 0)
        return;
    add_second(false);
    expect_screen(&other);
}

/* ------------------------------------------------------------------------------------------------
 * What is asked for
 */

static void words(uint64_t seed)
{
    (void)seed;
    setup_plain();
    options_set("--pass-framebuffer vmlinux quiet");
    expect_command_line(WORDS " quiet");
    expect_fallback("quiet");
}

static void words_alone(uint64_t seed)
{
    (void)seed;
    setup_plain();
    options_set("--pass-framebuffer --no-overlay vmlinux");
    expect_command_line(WORDS);
    expect_no_overlay();
}

static void put_only_entry(const char *more)
{
    char text[200];

    setup_plain();
    snprintf(text, sizeof(text), "title Only\nlinux /vmlinux\noptions quiet\n%s", more);
    file_put_text(ENTRY, text);
}

static void words_by_entry(uint64_t seed)
{
    (void)seed;
    put_only_entry("pass-framebuffer yes\n");
    expect_command_line(WORDS " quiet");
    expect_fallback("quiet");
}

static void words_by_config(uint64_t seed)
{
    (void)seed;
    put_only_entry("");
    file_put_text(CONFIG, "pass-framebuffer yes\n");
    expect_command_line(WORDS " quiet");
    expect_fallback("quiet");
}

static void no_overlay(uint64_t seed)
{
    (void)seed;
    setup_quiet();
    options_set("--no-overlay vmlinux quiet");
    expect_no_overlay();
}

static void no_overlay_by_config(uint64_t seed)
{
    (void)seed;
    put_only_entry("");
    file_put_text(CONFIG, "acpi-overlay no\n");
    expect_command_line("quiet");
    expect_no_overlay();
}

/* Then what the firmware and the loader wrote is all there is to see. */
static void check_not_cleared(void)
{
    if (machine_screen.cleared)
        run_fail("the screen is cleared for nothing");
}

/* ------------------------------------------------------------------------------------------------
 * The list
 */

const struct scenario overlay_scenarios[] = {
    {"screen", screen, ENDING_BOOT, "this screen stays until the kernel has a driver for it",
     check_cleared, .faults = true},
    {"screen-missing", no_screen, ENDING_BOOT, NULL, check_nothing_said},
    {"screen-missing-words", no_screen_words, ENDING_BOOT, NULL, check_nothing_said},
    {"screen-lying", lying_screen, ENDING_BOOT, NULL, check_not_cleared, .seeds = WAYS_TO_SPOIL},
    {"screen-masks-bad", bad_mask, ENDING_BOOT, NULL, check_not_cleared,
     .seeds = ELEMENTS(bad_masks)},
    {"screen-masks-unusual", unusual_masks, ENDING_BOOT, NULL, check_not_cleared},
    {"screen-formats", format, ENDING_BOOT, NULL, check_cleared, .seeds = FORMATS},
    {"screen-high", wide_and_high, ENDING_BOOT, NULL, check_cleared},
    {"screens", two_screens, ENDING_BOOT, NULL, check_cleared, .seeds = 2},
    {"screens-second", second_has_console, ENDING_BOOT, NULL, check_not_cleared},
    {"screens-without-framebuffer", second_has_framebuffer, ENDING_BOOT, NULL, check_not_cleared},
    {"screens-splitter", splitter, ENDING_BOOT, NULL, check_not_cleared, .seeds = 2},

    {"words", words, ENDING_BOOT, NULL, .faults = true},
    {"words-alone", words_alone, ENDING_BOOT, NULL},
    {"words-entry", words_by_entry, ENDING_BOOT, NULL},
    {"words-config", words_by_config, ENDING_BOOT, NULL},
    {"no-overlay", no_overlay, ENDING_BOOT, NULL, check_not_cleared, .faults = true},
    {"no-overlay-config", no_overlay_by_config, ENDING_BOOT, NULL, check_not_cleared},
    {.name = NULL},
};
