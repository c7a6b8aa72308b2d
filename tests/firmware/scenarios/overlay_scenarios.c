/* SPDX-License-Identifier: BSD-2-Clause */
/* Screens that the firmware has, has not, or lies about, and what the kernel is told of them. */
#include "tests/firmware/scenarios/scenarios.h"

#include "tests/firmware/fake/console.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/fake/tpm.h"
#include "tests/firmware/scenarios/machines.h"
#include "tests/firmware/scenarios/setup.h"

#include <stdio.h>
#include <string.h>

#define OTHER_SCREEN UINT64_C(0x90000000)
#define HIGH_SCREEN  UINT64_C(0x4000000000)
#define WORDS        "framebuffer=0x80000000,1280x800,5120,xrgb8888"
#define ENTRY        "\\loader\\entries\\only.conf"
#define CONFIG       "\\loader\\loader.conf"
#define LONGEST      5000 /* command line */

/* With a kernel that is Linux. */
static void setup_quiet(void)
{
    setup_linux();
    options_set("vmlinux quiet");
    expect_command_line("quiet");
}

/* ------------------------------------------------------------------------------------------------
 * One screen
 */

static void screen(uint64_t seed)
{
    (void)seed;
    setup_linux();
    options_set("vmlinux");
}

static void check_cleared(void)
{
    if (run_is_plain() && !machine_screen.cleared)
        run_fail("the screen is not cleared for the kernel");
}

/* Then what the firmware and the loader wrote is all there is to see. */
static void check_not_cleared(void)
{
    if (machine_screen.cleared || console_is_cleared())
        run_fail("the screen is cleared for nothing");
}

/* Nobody knows whether it can use the record. */
static void screen_of_other_kernel(uint64_t seed)
{
    (void)seed;
    setup_plain();
    options_set("vmlinux");
}

static void screen_verbose(uint64_t seed)
{
    screen(seed);
    options_set("--verbose vmlinux");
}

static void screen_warned(uint64_t seed)
{
    (void)seed;
    setup_linux();
    file_put_text(ENTRY, "title Only\nlinux /vmlinux\nnonsense 1\n");
}

/* Firmware that is not EDK2's marks no handle as a console's. */
static void unmarked_screen(uint64_t seed)
{
    screen(seed);
    screen_remove(&machine_screen);
    machine_screen.has_console = false;
    screen_install(&machine_screen);
}

/* The console's text output is on the handle too. */
static void screen_is_console(uint64_t seed)
{
    screen(seed);
    screen_remove(&machine_screen);
    machine_screen.is_output = true;
    screen_install(&machine_screen);
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
    setup_linux();
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
 * A screen that text output sets to another mode
 */

static void change_mode(enum service service, size_t call)
{
    (void)call;
    if (service != SERVICE_OUTPUT_STRING)
        return;
    machine_screen.info.HorizontalResolution = 800;
    machine_screen.info.VerticalResolution = 600;
    machine_screen.info.PixelsPerScanLine = 1024;
    machine_screen.mode.FrameBufferBase = HIGH_SCREEN;
}

static void lose_framebuffer(enum service service, size_t call)
{
    (void)call;
    if (service == SERVICE_OUTPUT_STRING)
        machine_screen.info.PixelFormat = PixelBltOnly;
}

/* There is no record for this format, and the words are longer by nine bytes. */
static void lengthen_words(enum service service, size_t call)
{
    (void)call;
    if (service != SERVICE_OUTPUT_STRING)
        return;
    set_masks(0xff000000, 0xff0000, 0xff00, 0xff);
    machine_screen.info.PixelsPerScanLine = 16384;
    machine_screen.mode.FrameBufferBase = HIGH_SCREEN;
    machine_screen.mode.FrameBufferSize = 800 * 16384 * 4;
}

static void changing_screen(uint64_t seed)
{
    (void)seed;
    setup_quiet();
    other = usual_framebuffer;
    other.address = HIGH_SCREEN;
    other.width = 800;
    other.height = 600;
    other.pitch = 1024 * 4;
    expect_screen(&other);
}

static void losing_screen(uint64_t seed)
{
    (void)seed;
    setup_quiet();
    expect_screen(NULL);
}

static void pass_words(const char *command_line)
{
    char options[LONGEST + 100];

    snprintf(options, sizeof(options), "--pass-framebuffer vmlinux %s", command_line);
    options_set(options);
    expect_fallback(command_line);
}

static void changing_words(uint64_t seed)
{
    changing_screen(seed);
    pass_words("quiet");
    expect_command_line("framebuffer=0x4000000000,800x600,4096,xrgb8888 quiet");
}

/* What is measured is what the kernel gets. */
static void measured_words(uint64_t seed)
{
    changing_words(seed);
    tpm_install();
}

static void check_measured(void)
{
    if (tpm_extend_count() != 3) /* the kernel, and the line twice */
        run_fail("the command line is not measured");
}

static void losing_words(uint64_t seed)
{
    losing_screen(seed);
    pass_words("quiet");
    expect_command_line("quiet");
}

static const char *make_line(size_t length)
{
    static char line[LONGEST + 1];

    memset(line, 'x', length);
    line[length] = '\0';
    return line;
}

/* The boot info, which the module's command line ends, fills two pages with the first words. */
static void growing_words(uint64_t seed)
{
    static char wanted[LONGEST + 100];
    char options[LONGEST + 100];
    const char *line = make_line(4994);

    losing_screen(seed);
    put_module("\\module", 5000, "of 16 characters");
    snprintf(options, sizeof(options),
             "--pass-framebuffer --module \"/module of 16 characters\" vmlinux %s", line);
    options_set(options);
    snprintf(wanted, sizeof(wanted), "framebuffer=0x4000000000,1280x800,65536,r24:8g16:8b8:8 %s",
             line);
    expect_command_line(wanted);
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
    screen(seed);
    machine_screen.info.PixelFormat = PixelBltOnly;
    add_second(false);
    expect_screen(&other);
}

/* EDK2's ConSplitter: the console's own handle comes first, and stands for all screens. */
static void splitter(uint64_t seed)
{
    (void)seed;
    screen(seed);
    screen_remove(&machine_screen);
    machine_screen.has_console = false;
    machine_screen.handle = console_handle;
    screen_install(&machine_screen);
}

static void splitter_beside(uint64_t seed)
{
    splitter(seed);
    add_second(false);
    expect_screen(&other);
}

/* The loader's text is on the serial console alone. */
static void check_not_here(void)
{
    check_not_cleared();
    if (second.cleared || strstr(run_said(), " here"))
        run_fail("the screen is taken for the console");
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

/* Linux gets a longer command line than was asked for. */
static void words_too_long(uint64_t seed)
{
    static char wanted[LONGEST + 100];

    (void)seed;
    setup_plain();
    pass_words(make_line(2041));
    snprintf(wanted, sizeof(wanted), WORDS " %s", make_line(2041));
    expect_command_line(wanted);
}

/* ------------------------------------------------------------------------------------------------
 * The list
 */

const struct scenario overlay_scenarios[] = {
    {"screen", screen, ENDING_BOOT, "it goes on here if it has a framebuffer driver", check_cleared,
     .faults = true},
    {"screen-of-other", screen_of_other_kernel, ENDING_BOOT,
     "this screen stays until the kernel has a driver for it", check_not_cleared},
    {"screen-verbose", screen_verbose, ENDING_BOOT, "it goes on here", check_not_cleared},
    {"screen-warned", screen_warned, ENDING_BOOT, "nonsense", check_not_cleared},
    {"screen-unmarked", unmarked_screen, ENDING_BOOT, "it goes on here", check_cleared},
    {"screen-is-console", screen_is_console, ENDING_BOOT, "it goes on here", check_not_cleared},
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
    {"screens-without-framebuffer", second_has_framebuffer, ENDING_BOOT,
     "it goes on on the screen if it has a framebuffer driver", check_not_here},
    {"screens-splitter", splitter, ENDING_BOOT, "it goes on on the screen", check_not_here},
    {"screens-splitter-beside", splitter_beside, ENDING_BOOT, "it goes on here", check_not_cleared},

    {"screen-changing", changing_screen, ENDING_BOOT, NULL, .hook = change_mode, .faults = true},
    {"screen-losing", losing_screen, ENDING_BOOT, NULL, .hook = lose_framebuffer},
    {"words-changing", changing_words, ENDING_BOOT, NULL, .hook = change_mode, .faults = true},
    {"words-measured", measured_words, ENDING_BOOT, NULL, check_measured, .hook = change_mode},
    {"words-losing", losing_words, ENDING_BOOT, NULL, .hook = lose_framebuffer},
    {"words-growing", growing_words, ENDING_BOOT, NULL, .hook = lengthen_words},
    {"words-too-long", words_too_long, ENDING_BOOT,
     "warning: the command line is 2087 bytes long; Linux uses only the first 2047"},

    {"words", words, ENDING_BOOT, NULL, .faults = true},
    {"words-alone", words_alone, ENDING_BOOT, NULL},
    {"words-entry", words_by_entry, ENDING_BOOT, NULL},
    {"words-config", words_by_config, ENDING_BOOT, NULL},
    {"no-overlay", no_overlay, ENDING_BOOT, NULL, check_not_cleared, .faults = true},
    {"no-overlay-config", no_overlay_by_config, ENDING_BOOT, NULL, check_not_cleared},
    {.name = NULL},
};
