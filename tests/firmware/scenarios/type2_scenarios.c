/* SPDX-License-Identifier: BSD-2-Clause */
/* Unified kernel images as entries: their profiles, what they are passed, boot counting. */
#include "tests/firmware/scenarios/scenarios.h"

#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/images.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/pe_file.h"
#include "tests/lib/support.h"

#include <stdio.h>
#include <string.h>

#define IMAGES  "\\EFI\\Linux\\"
#define ENTRIES "\\loader\\entries\\"
#define CONFIG  "\\loader\\loader.conf"
#define DEBIAN  "PRETTY_NAME=\"Debian 13\"\nID=debian\nVERSION_ID=13\n"

#define FIRST_KEY (TICKS_PER_SECOND / 2)
#define KEY_PAUSE (TICKS_PER_SECOND / 20)

static void put_image(const char *path, const struct pe_file *file)
{
    file_put(path, file->bytes, file->size);
}

/* An image with a second profile, whose program can be started. */
static void setup_image(const char *name)
{
    static char path[100];
    struct pe_file file;

    setup_plain();
    pe_file_start(&file);
    (void)pe_file_add_text(&file, ".text", "code");
    (void)pe_file_add_text(&file, ".osrel", DEBIAN);
    (void)pe_file_add_text(&file, ".cmdline", "root=/dev/vda quiet\n");
    (void)pe_file_add_text(&file, ".profile", "");
    (void)pe_file_add_text(&file, ".profile", "ID=rescue\nTITLE=Rescue\n");
    (void)pe_file_add_text(&file, ".cmdline", "rescue");
    snprintf(path, sizeof(path), IMAGES "%s", name);
    put_image(path, &file);
    pe_file_free(&file);
    fake_program.path = path;
}

static void check_started(const char *options, const char *entry)
{
    if (fake_program.starts != 1)
        run_fail("the image is started %zu times", fake_program.starts);
    if (strcmp(fake_program.options, options) != 0)
        run_fail("the image's options are \"%s\"", fake_program.options);
    check_loader_variable("LoaderEntrySelected", entry);
}

/* There is no directory of entry files. Its own command line is not passed. */
static void image(uint64_t seed)
{
    (void)seed;
    setup_image("debian.efi");
}

static void check_image(void)
{
    check_started("", "debian.efi");
}

/* The directory of entry files is there and cannot be opened: images can be booted. */
static void image_beside_closed(uint64_t seed)
{
    image(seed);
    file_put_text(ENTRIES "linux.conf", "linux /vmlinux\n");
    medium_ways.closed = "loader\\entries";
}

static void image_profile(uint64_t seed)
{
    static const char *const patterns[] = {"debian.efi@rescue", "DEBIAN@*"};

    char config[100];

    setup_image("debian.efi");
    snprintf(config, sizeof(config), "default %s\n", patterns[seed]);
    file_put_text(CONFIG, config);
}

static void check_profile(void)
{
    check_started("@1", "debian.efi@rescue");
}

/* The file has its new name when it is loaded. */
static void image_counted(uint64_t seed)
{
    (void)seed;
    setup_image("debian+3.efi");
    fake_program.path = IMAGES "debian+2-1.efi";
}

static void check_counted(void)
{
    check_started("", "debian.efi");
    check_loader_variable("LoaderBootCountPath", IMAGES "debian+2-1.efi");
}

/* Then the other profile is tried, which is in the file that has been renamed. */
static void image_counted_twice(uint64_t seed)
{
    (void)seed;
    setup_image("debian+3.efi");
    fake_program.path = IMAGES "debian+1-2.efi";
}

static void check_counted_twice(void)
{
    check_started("@1", "debian.efi@rescue");
    check_loader_variable("LoaderBootCountPath", IMAGES "debian+1-2.efi");
}

/* An edited command line is passed, behind the profile's number. */
static void image_edited(uint64_t seed)
{
    static const char keys[] = "e x\r";

    setup_image("debian.efi");
    file_put_text(CONFIG, "timeout 3\n");
    if (seed)
        keys_press(FIRST_KEY, SCAN_DOWN, 0);
    for (size_t i = 0; keys[i]; i++)
        keys_press(FIRST_KEY + (i + 1) * KEY_PAUSE, 0, (CHAR16)keys[i]);
    keys_press(FIRST_KEY + 20 * KEY_PAUSE, 0, 'q');
}

static void check_edited(void)
{
    bool first = strcmp(fake_program.options, "root=/dev/vda quiet x") == 0;
    bool second = strcmp(fake_program.options, "@1 rescue x") == 0;

    if (fake_program.starts != 1 || !(first || second))
        run_fail("the image's options are \"%s\"", fake_program.options);
}

/* What is no entry is passed over, and what is damaged is told; neither keeps others from it. */
static void image_among_others(uint64_t seed)
{
    struct pe_file other, damaged;

    setup_image("debian.efi");
    pe_file_start(&other);
    (void)pe_file_add_text(&other, ".text", "an EFI program");
    put_image(IMAGES "other.efi", &other);
    pe_file_free(&other);
    pe_file_start(&damaged);
    (void)pe_file_add_text(&damaged, ".osrel", "NAME=Damaged\n");
    put_number(pe_file_row(&damaged, 0) + 20, 4, 0x100000);
    put_image(IMAGES "damaged.efi", &damaged);
    pe_file_free(&damaged);
    file_put_text(IMAGES "junk.efi", "junk");
    file_put_directory(IMAGES "folder.efi");
    if (seed)
        file_put_text(ENTRIES "z.conf", "sort-key z\nlinux /gone\n");
}

static void check_among_others(void)
{
    check_image();
    if (strstr(run_said(), "other.efi") || strstr(run_said(), "junk.efi"))
        run_fail("speaks of what is no entry");
}

/* Headers, .osrel and .cmdline cannot be read: that is told, and the image is left out. */
static void image_unreadable(uint64_t seed)
{
    static const uint64_t offsets[] = {0, 0x2000, 0x3000};

    setup_image("debian.efi");
    file_put_text(ENTRIES "linux.conf", "linux /vmlinux\n");
    medium_ways.damaged = "EFI\\Linux\\debian.efi";
    medium_ways.damaged_range = (struct range){offsets[seed], offsets[seed] + 1};
    medium_ways.damage = EFI_DEVICE_ERROR;
}

static void uki_key(uint64_t seed)
{
    setup_image("debian.efi");
    fake_program.path = "\\u.efi";
    file_put_text("\\u.efi", "a program");
    file_put_text(ENTRIES "a.conf", seed ? "sort-key a\nuki /u.efi\nprofile 2\noptions a b\n"
                                         : "sort-key a\nuki /u.efi\nprofile 2\n");
    file_put_text(CONFIG, "default a\n");
}

static void check_uki_key(void)
{
    if (fake_program.starts != 1 ||
        (strcmp(fake_program.options, "@2 a b") != 0 && strcmp(fake_program.options, "@2") != 0))
        run_fail("the image's options are \"%s\"", fake_program.options);
}

#define MANY 500

/* As many images as a volume may have: little is read of each. */
static void images_many(uint64_t seed)
{
    char path[100];
    size_t size;
    const uint8_t *bytes;

    (void)seed;
    setup_image("entry-0.efi");
    bytes = file_bytes(IMAGES "entry-0.efi", &size);
    for (unsigned i = 1; i < MANY; i++) {
        snprintf(path, sizeof(path), IMAGES "entry-%u.efi", i);
        file_put(path, bytes, size);
    }
    fake_program.path = IMAGES "entry-499.efi";
}

static void check_many(void)
{
    check_started("", "entry-499.efi");
    if (files_reads() > (size_t)MANY * 8)
        run_fail("%zu reads", files_reads());
}

const struct scenario type2_scenarios[] = {
    {"type2", image, ENDING_SUCCESS, NULL, check_image, .faults = true},
    {"type2-beside-closed", image_beside_closed, ENDING_SUCCESS, "entries: cannot be opened",
     check_image},
    {"type2-profile", image_profile, ENDING_SUCCESS, NULL, check_profile, .seeds = 2},
    {"type2-counted", image_counted, ENDING_SUCCESS, NULL, check_counted, .faults = true},
    {"type2-counted-twice", image_counted_twice, ENDING_SUCCESS, "no such file",
     check_counted_twice},
    {"type2-edited", image_edited, ENDING_SUCCESS, NULL, check_edited, .seeds = 2, MENU_FAULTS},
    {"type2-among-others", image_among_others, ENDING_SUCCESS, "a PE section has",
     check_among_others, .seeds = 2},
    {"type2-unreadable", image_unreadable, ENDING_BOOT, "cannot read", .seeds = 3},
    {"uki-key", uki_key, ENDING_SUCCESS, NULL, check_uki_key, .seeds = 2},
    {"type2-many", images_many, ENDING_SUCCESS, NULL, check_many},
    {.name = NULL},
};
