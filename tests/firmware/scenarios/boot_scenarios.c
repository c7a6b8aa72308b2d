/* SPDX-License-Identifier: BSD-2-Clause */
/* Boots that users ask for, and the errors when they are not possible. */
#include "tests/firmware/scenarios/scenarios.h"

#include "common/base/path.h"
#include "common/disk/partition_table.h"
#include "efi/firmware/proto/memory_attribute.h"
#include "efi/firmware/proto/partition_info.h"
#include "tests/firmware/fake/disks.h"
#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/fake/load_file.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/fake/variables.h"
#include "tests/firmware/scenarios/machines.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/support.h"

#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------------------------------------
 * A kernel named in the options
 */

static void option_boot(uint64_t seed)
{
    (void)seed;
    setup_plain();
    options_set("pvhboot.efi vmlinux console=ttyS0  root=/dev/sda2 ");
    expect_command_line("console=ttyS0  root=/dev/sda2 ");
}

static void three_modules(uint64_t seed)
{
    (void)seed;
    setup_plain();
    put_module("\\boot\\initrd", 70001, "");
    put_module("\\boot\\a", 1, "");
    put_module("\\boot\\b", 4096, "two  words");
    options_set("--initrd /boot/initrd --module \\boot\\a --module \"/boot/b two  words\" vmlinux");
}

static void many_initrds(uint64_t seed)
{
    (void)seed;
    setup_plain();
    expect_module("");
    put_module_part("\\one", 1);
    put_module_part("\\two", 40960);
    put_module_part("\\three", 9999);
    put_module_part("\\four", 2);
    put_module_part("\\five", 3);
    options_set("--initrd=one --initrd=two --initrd=three --initrd=four --initrd=five vmlinux x");
    expect_command_line("x");
}

static void shell_words(uint64_t seed)
{
    static const char *const words[] = {"fs0:\\pvhboot.efi", "--initrd", "my initrd",
                                        "vmlinux",           "a=b c",    "d"};

    (void)seed;
    setup_plain();
    put_module("\\my initrd", 5000, "");
    options_set_shell(words, ELEMENTS(words),
                      "pvhboot.efi --initrd \"my initrd\" vmlinux \"a=b c\" d");
    expect_command_line("\"a=b c\" d");
}

static void dry_run(uint64_t seed)
{
    (void)seed;
    setup_plain();
    put_module("\\initrd", 5000, "");
    options_set("--dry-run --initrd initrd vmlinux");
}

static void verbose(uint64_t seed)
{
    (void)seed;
    setup_plain();
    put_module("\\initrd", 5000, "");
    options_set("--verbose --initrd initrd vmlinux");
}

/* Lines that both modes print, and those of one of them. */
static const char *const lines_of_plans[] = {"\n  span ", "\n  module 0     ", "\n  boot info "};
static const char *const lines_of_dry_runs[] = {"\nefi 7 ", "\nstart_info at ", "\ne820 1 "};
static const char lines_of_times[] = "time in ms: ";

static void check_verbose(void)
{
    check_all_said(lines_of_plans, ELEMENTS(lines_of_plans));
    if (!strstr(run_said(), lines_of_times))
        run_fail("does not say how long it took");
    for (size_t i = 0; i < ELEMENTS(lines_of_dry_runs); i++) {
        if (strstr(run_said(), lines_of_dry_runs[i]))
            run_fail("says too much: \"%s\"", lines_of_dry_runs[i]);
    }
}

static void check_dry_run(void)
{
    check_all_said(lines_of_plans, ELEMENTS(lines_of_plans));
    check_all_said(lines_of_dry_runs, ELEMENTS(lines_of_dry_runs));
    if (strstr(run_said(), lines_of_times))
        run_fail("says how long nothing took");
}

static void help(uint64_t seed)
{
    (void)seed;
    setup_plain();
    options_set("pvhboot --help");
}

static void version(uint64_t seed)
{
    (void)seed;
    setup_plain();
    options_set("--version");
}

static void no_console(uint64_t seed)
{
    option_boot(seed);
    firmware_ways.no_console = true;
    fake_system_table.ConOut = NULL;
}

static void check_quiet(void)
{
    const char *said = run_said() + strspn(run_said(), "\r\n");
    const char *end = said + strcspn(said, "\r\n");

    if (strncmp(said, "PVH kernel: ", strlen("PVH kernel: ")) != 0 || end[strspn(end, "\r\n")])
        run_fail("it is not a line about the kernel that is said");
}

static void check_keys(void)
{
    if (keys_were_asked_for())
        run_fail("the keyboard is touched, which some firmware takes seconds to start");
}

/* ------------------------------------------------------------------------------------------------
 * Entries
 */

static void put_entries(void)
{
    file_put_text("\\loader\\entries\\old.conf", "title Old\nlinux /old\nversion 1\noptions old\n"
                                                 "sort-key debian\n");
    file_put_text("\\loader\\entries\\new.conf",
                  "title New\nlinux /vmlinux\nversion 2\nsort-key debian\n"
                  "initrd /initrd\noptions console=ttyS0\noptions quiet\n");
    file_put_text("\\loader\\entries\\readme.txt", "no entry");
    file_put_text("\\loader\\entries\\arm.conf",
                  "title ARM\nlinux /vmlinux\nversion 3\nsort-key debian\narchitecture aa64\n");
    file_put_directory("\\loader\\entries\\sub.conf");
}

static void entry_boot(uint64_t seed)
{
    (void)seed;
    setup_plain();
    put_entries();
    put_module("\\initrd", 12345, "");
    expect_command_line("console=ttyS0 quiet");
}

static void entry_by_id(uint64_t seed)
{
    (void)seed;
    machine_usual();
    put_kernel("\\old", &plain_kernel);
    put_entries();
    options_set("--entry OLD");
    expect_command_line("old");
}

/* What is booted by its ID is what was booted last, where loader.conf wants to know. */
static void entry_saved(uint64_t seed)
{
    entry_by_id(seed);
    file_put_text("\\loader\\loader.conf", "default @saved\n");
}

static void check_entry_saved(void)
{
    check_loader_variable("LoaderEntryLastBooted", "old.conf");
}

static void entry_missing(uint64_t seed)
{
    (void)seed;
    setup_plain();
    put_entries();
    options_set("--entry none");
}

static void nothing_to_boot(uint64_t seed)
{
    (void)seed;
    setup_plain();
}

static bool xbootldr_is_there;

static void nothing_connects(EFI_HANDLE controller)
{
    (void)controller;
}

static struct partition_info_protocol partition_info;

static void put_xbootldr_info(EFI_HANDLE *partition)
{
    static const EFI_GUID guid = PARTITION_INFO_PROTOCOL_GUID;

    partition_info.type = PARTITION_TYPE_GPT;
    memcpy(partition_info.entry, xbootldr_gpt_type, sizeof(xbootldr_gpt_type));
    handles_install(partition, &guid, &partition_info);
}

/*
 * An XBOOTLDR partition on the disk that we were started from; on another one (1); of another type
 * (2); in an MBR (3); without a device path (4).
 */
static void xbootldr(uint64_t seed)
{
    EFI_HANDLE partition = NULL;

    nothing_to_boot(seed);
    partition_start_on(2);
    put_xbootldr_info(&partition);
    partition_info.entry[0] ^= seed == 2;
    partition_info.type -= seed == 3;
    if (seed < 4)
        partition_put_path(&partition, seed == 1 ? 4 : 2, 2);
    xbootldr_is_there = seed == 0;
    firmware_ways.connect = nothing_connects;
}

static void check_xbootldr(void)
{
    bool said = strstr(run_said(), "this disk's XBOOTLDR partition: cannot be read");

    if (said != xbootldr_is_there)
        run_fail("an XBOOTLDR partition is %s", said ? "mistaken" : "not mentioned");
}

/* The one that we were started from: its entries are there once. */
static void xbootldr_itself(uint64_t seed)
{
    (void)seed;
    setup_plain();
    partition_start_on(2);
    put_xbootldr_info(&device_handle);
    file_put_text("\\loader\\entries\\only.conf", "linux /vmlinux\n");
}

static void check_xbootldr_itself(void)
{
    check_loader_variable("LoaderEntries", "only.conf");
}

/* ------------------------------------------------------------------------------------------------
 * LoadOptions
 */

/* A GUID, which some firmware passes: the entry is booted. */
static void junk_options(uint64_t seed)
{
    static const uint8_t guid[] = {0x1e, 0xee, 0xab, 0x84, 0xd1, 0xff, 0x60, 0x47,
                                   0x8f, 0x01, 0x02, 0x00, 0xfe, 0xff, 0x31, 0xd8};

    entry_boot(seed);
    options_set_bytes(guid, sizeof(guid));
}

/* Texts that firmware and other loaders pass; no file has such a name. */
static const char *const foreign[] = {
    "Onboard NIC (IPv4)",
    "root=/dev/sdb3 init=/sbin/init rootwait ro",
    "UEFI: Kingston",
    "loader x",
    "EFI Network 0 for IPv4",
    "AMBO",
    "HD0",
    "<Setup>",
    "\\EFI\\missing.efi a b",
};

static void foreign_options(uint64_t seed)
{
    entry_boot(seed);
    options_set(foreign[seed]);
}

/* A user's mistake: the message also says what is done instead. */
static void mistaken_options(uint64_t seed)
{
    entry_boot(seed);
    options_set("\\vmlinux-typo console=ttyS0");
}

/* The same without a directory of entries (0), or an entry to boot (1): the file is missing. */
static void mistaken_options_only(uint64_t seed)
{
    setup_plain();
    if (seed)
        file_put_text("\\loader\\entries\\arm.conf", "linux /vmlinux\narchitecture aa64\n");
    options_set("\\vmlinux-typo console=ttyS0");
}

/* From a shell, or after an option, the text is not the firmware's. */
static void mistaken_after_option(uint64_t seed)
{
    entry_boot(seed);
    options_set("--verbose \\vmlinux-typo console=ttyS0");
}

/* With a drive as in the shell it is a path, and booting it says what is wrong with it. */
static void mistaken_drive(uint64_t seed)
{
    entry_boot(seed);
    options_set(seed ? "fs0:/vmlinux x" : "fs0:\\vmlinux x");
}

/* No path is that long. */
static void long_foreign_options(uint64_t seed)
{
    char text[PATH_MAX_LENGTH + 2];

    entry_boot(seed);
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    options_set(text);
}

static void mistaken_in_shell(uint64_t seed)
{
    static const char *const words[] = {"pvhboot.efi", "\\vmlinux-typo"};

    entry_boot(seed);
    options_set_shell(words, ELEMENTS(words), "pvhboot.efi \\vmlinux-typo");
}

/* A shell leaves what was said on the screen: nobody is to wait until it is read. */
static void check_at_once(void)
{
    run_check_time(0);
}

/* Random bytes of any length: the loader may find no kernel, but must report that. */
static void random_options(uint64_t seed)
{
    static const char alphabet[] = "-- --initrd=vmlinux  \"\"x\\/\t\n\x01\xff";
    struct random random = {seed};
    uint8_t bytes[200];
    size_t size = random_below(&random, sizeof(bytes));
    size_t step = 1 + seed % 2; /* bytes, or UTF-16 */

    setup_plain();
    fill_random(bytes, sizeof(bytes), seed);
    for (size_t i = 0; i + 1 < size && seed % 3; i += step) {
        bytes[i] = (uint8_t)alphabet[random_below(&random, sizeof(alphabet))];
        if (step == 2)
            bytes[i + 1] = 0;
    }
    options_set_bytes(bytes, size);
}

/* ------------------------------------------------------------------------------------------------
 * Compressed kernels
 */

static const char *const packed[] = {
    "gz",
    "xz",
    "zst",
    "pipe.zst",
    "lz4",
    "checked.lz4",
    "linked.lz4",
    "bz.gz",
    "bz.xz",
    "bz.zst",
    "bz.pipe.zst",
    "bz.xz.gz",
    "bz.xz.zst",
    "crc64.xz",
    "sha256.xz",
    "lz4.gz.xz",
    /* from here on there are no checksums */
    "lz4l",
    "bz.lz4l",
    "bz.elf",
};
#define PACKED_CHECKED 16

static void packed_boot(uint64_t seed)
{
    machine_usual();
    put_packed_kernel("\\kernel", packed[seed]);
    options_set("kernel a b");
    expect_command_line("a b");
}

#define PACKED(name, index)                                                                        \
    static void name(uint64_t seed)                                                                \
    {                                                                                              \
        (void)seed;                                                                                \
        packed_boot(index);                                                                        \
    }
PACKED(packed_gzip, 0)
PACKED(packed_xz, 1)
PACKED(packed_zstd, 2)
PACKED(packed_lz4, 4)
PACKED(packed_lz4_legacy, 16)
PACKED(packed_bzimage, 8)
PACKED(packed_nested, 15)

/* The kernel of the samples cannot be moved, and its memory is in use: it is unpacked twice. */
static void packed_in_the_way(uint64_t seed)
{
    (void)seed;
    machine_usual();
    require(physical_change(EfiReservedMemoryType, (struct range){0x101000, 0x102000}));
    put_packed_kernel("\\kernel", "xz");
    options_set("kernel");
}

/* The same where there is no memory to unpack it to: what is in its way is said all the same. */
static void packed_without_room(uint64_t seed)
{
    (void)seed;
    machine_usual();
    require(physical_change(EfiReservedMemoryType, (struct range){0x101000, 0x102000}) &&
            physical_change(EfiBootServicesData, (struct range){0x1400000, 0x3000000}) &&
            physical_change(EfiBootServicesData, (struct range){0x3040000, 0x3c00000}) &&
            physical_change(EfiBootServicesData, (struct range){4 * GIB, 5 * GIB}));
    put_packed_kernel("\\kernel", "large.xz");
    options_set("kernel");
}

/* Segments that share bytes of the file, which a stream cannot read twice. */
static void packed_shared(uint64_t seed)
{
    static const struct kernel_shape shape = {
        .bits = 64,
        .segments = {{0x100000, 0x23123, 0x23123}, {0x140000, 0x10801, 0x12345}},
        .count = 2,
        .entry = 0x100040,
        .shares = true,
        .seed = 8,
    };

    (void)seed;
    machine_usual();
    put_stored_kernel("\\kernel", &shape);
    put_module("\\initrd", 5000, "");
    options_set("--initrd initrd kernel");
}

/*
 * The same without sharing: read as a stream, which the notes are a part of: within its first 64
 * KiB (0), far behind (1), across their end (2).
 */
static void packed_stored(uint64_t seed)
{
    static const uint64_t before_notes[] = {0x3123, 0x34567, 0xefec};
    struct kernel_shape shape = {
        .bits = 64,
        .segments = {{0x100000, before_notes[seed], 0x40000}},
        .count = 1,
        .entry = 0x100040,
        .note_last = true,
        .seed = seed,
    };

    machine_usual();
    put_stored_kernel("\\kernel", &shape);
    options_set("kernel");
}

/* Program headers that a stream does not have at its start: unpacked to memory. */
static void packed_headers_last(uint64_t seed)
{
    (void)seed;
    machine_usual();
    put_large_kernel("\\kernel", 0x34567, 0x140000, true);
    options_set("kernel");
}

/* The same without memory to unpack it to: the boot needs that, and as much for the kernel. */
static void packed_too_large(uint64_t seed)
{
    (void)seed;
    machine_usual();
    require(physical_change(EfiBootServicesData, (struct range){0x1400000, 0x3000000}) &&
            physical_change(EfiBootServicesData, (struct range){0x3040000, 0x3c00000}) &&
            physical_change(EfiBootServicesData, (struct range){4 * GIB, 5 * GIB}) &&
            physical_change(EfiBootServicesData, (struct range){0x300000, USUAL_DRIVERS}) &&
            physical_change(EfiBootServicesData, (struct range){0xc00000, 0x1400000}));
    put_large_kernel("\\kernel", 0x234567, 0x340000, true);
    options_set("kernel");
}

/* What was taken for this boot counts as free: all but a few pages of the loader. */
static void check_too_large(void)
{
    const char *said = strstr(run_said(), "but only ");
    unsigned free, piece;

    if (!said || sscanf(said, "but only %u KiB is free, %u KiB of it", &free, &piece) != 2 ||
        free < 4380 || free > 4450 || piece != 2048)
        run_fail("says that something else is free");
}

static void packed_damaged(uint64_t seed)
{
    size_t size;
    const uint8_t *bytes;
    uint8_t copy[1000];

    machine_usual();
    put_packed_kernel("\\whole", packed[seed % PACKED_CHECKED]);
    bytes = file_bytes("\\whole", &size);
    if (size > sizeof(copy))
        size = sizeof(copy);
    memcpy(copy, bytes, size);
    copy[seed * 7 % size] ^= (uint8_t)(1 << seed % 8);
    file_put("\\kernel", copy, size - (seed % 5 == 0 ? seed % size : 0));
    options_set("kernel");
}

/* ------------------------------------------------------------------------------------------------
 * Placement of kernels
 */

/* Half of it is where drivers have their buffers: that part is copied after exit. */
static const struct kernel_shape staged_kernel = {
    .bits = 32,
    .segments = {{USUAL_DRIVERS - 0x3000, 0x8111, 0x8111},
                 {USUAL_DRIVERS + 0x10000, 0x5003, 0x9000},
                 {USUAL_DRIVERS_END - 0x800, 0x1001, 0x4567}},
    .count = 3,
    .entry = USUAL_DRIVERS + 0x10,
    .seed = 2,
};

static void staged(uint64_t seed)
{
    (void)seed;
    machine_usual();
    put_kernel("\\kernel", &staged_kernel);
    put_module("\\initrd", 30000, "");
    options_set("--initrd initrd kernel");
}

/* Its link address is in memory that the firmware keeps. */
static const struct kernel_shape movable_kernel = {
    .bits = 64,
    .segments = {{USUAL_ACPI - 0x2000, 0x5000, 0x5000}, {USUAL_ACPI + 0x8000, 0x4001, 0x8001}},
    .count = 2,
    .entry = USUAL_ACPI - 0x1000,
    .movable = true,
    .align = 0x200000,
    .min = 0x400000,
    .max = 0x1ffffff,
    .seed = 3,
};

static void moved(uint64_t seed)
{
    (void)seed;
    machine_usual();
    put_kernel("\\kernel", &movable_kernel);
    options_set("kernel");
    expect_moved();
}

static void taken(uint64_t seed)
{
    struct kernel_shape shape = movable_kernel;

    (void)seed;
    machine_usual();
    shape.movable = false;
    put_kernel("\\kernel", &shape);
    options_set("kernel");
}

static void nvs_taken(uint64_t seed)
{
    (void)seed;
    setup_kernel_over_nvs();
    options_set("--overwrite-acpi-nvs kernel");
    expect_nvs_allowed();
}

/* Segments far apart, with memory of every type in the gap. */
static const struct kernel_shape far_kernel = {
    .bits = 64,
    .segments = {{0x100000, 0x3000, 0x5000}, {0x3f00000 - 0x8000, 0x3000, 0x5000}},
    .count = 2,
    .entry = 0x100000,
    .seed = 9,
};

static void far_segments(uint64_t seed)
{
    (void)seed;
    machine_usual();
    put_kernel("\\kernel", &far_kernel);
    options_set("kernel");
    expect_no_overlay(); /* only low memory is left */
}

/* NVS in a segment and in the gap: the kernel gets only the segment's part. */
static void far_segments_over_nvs(uint64_t seed)
{
    static const struct kernel_shape shape = {
        .bits = 64,
        .segments = {{0x100000, 0x3000, 0x5000}, {USUAL_NVS + 0x8000, 0x3000, 0x5000}},
        .count = 2,
        .entry = 0x100000,
        .seed = 10,
    };

    (void)seed;
    machine_usual();
    put_kernel("\\kernel", &shape);
    options_set("--overwrite-acpi-nvs kernel");
    expect_nvs_allowed();
}

static void nvs_refused(uint64_t seed)
{
    (void)seed;
    setup_kernel_over_nvs();
    options_set("kernel");
}

/* ------------------------------------------------------------------------------------------------
 * Files and media
 */

static void offered(uint64_t seed)
{
    (void)seed;
    setup_plain();
    offer_initrd(70001);
    options_set("vmlinux");
}

/* An initrd that the user names takes precedence over an offered one. */
static void not_taken(uint64_t seed)
{
    (void)seed;
    setup_plain();
    put_module("\\initrd", 5000, "");
    offer_elsewhere(70001);
    options_set("--initrd initrd vmlinux");
}

static void offered_with_module(uint64_t seed)
{
    (void)seed;
    setup_plain();
    offer_initrd(70001);
    put_module("\\boot\\m", 4096, "text");
    options_set("--module \"boot/m text\" vmlinux");
}

static void offered_wrongly(uint64_t seed)
{
    static const EFI_STATUS queries[] = {EFI_DEVICE_ERROR, EFI_UNSUPPORTED, EFI_OUT_OF_RESOURCES};

    offered(seed);
    if (seed < ELEMENTS(queries))
        offer_ways.size_query = queries[seed];
    else if (seed == 3)
        offer_ways.grows = 1;
    else if (seed == 4)
        offer_ways.grows = -1;
    else
        offer_ways.cut = 1;
}

static void offered_shortened(uint64_t seed)
{
    offered_wrongly(seed + 4);
}

static void missing_kernel(uint64_t seed)
{
    (void)seed;
    setup_plain();
    options_set("\\boot\\vmlinuz");
}

static void missing_initrd(uint64_t seed)
{
    (void)seed;
    setup_plain();
    options_set("--initrd initrd vmlinux");
}

static void empty_initrd(uint64_t seed)
{
    (void)seed;
    setup_plain();
    file_put("\\initrd", "", 0);
    options_set("--initrd initrd vmlinux");
}

static void directory_as_kernel(uint64_t seed)
{
    (void)seed;
    setup_plain();
    file_put_directory("\\boot");
    options_set("boot");
}

static void no_kernel_at_all(uint64_t seed)
{
    (void)seed;
    setup_plain();
    file_put_text("\\note", "this is no kernel");
    options_set("note");
}

static void no_volume(uint64_t seed)
{
    option_boot(seed);
    fake_loaded_image.DeviceHandle = NULL;
}

static void no_loaded_image(uint64_t seed)
{
    static const EFI_GUID guid = LOADED_IMAGE_PROTOCOL, path_guid = DEVICE_PATH_PROTOCOL;
    static uint8_t path[] = {0x7f, 0xff, 4, 0};

    option_boot(seed);
    handles_install(&image_handle, &path_guid, path); /* a handle without protocols is none */
    handles_remove(image_handle, &guid);
}

/* A slow medium, so that the progress is shown. */
static void set_up_slow(size_t size)
{
    setup_plain();
    put_module("\\initrd", size, "");
    options_set("--initrd initrd vmlinux");
    medium_ways.ticks_per_mib = 120 * TICKS_PER_SECOND;
}

static void slow_medium(uint64_t seed)
{
    (void)seed;
    set_up_slow(300000);
}

/* Reads must be short too, or the progress would not change for minutes. */
static void slow_and_large(uint64_t seed)
{
    (void)seed;
    set_up_slow(3 * MIB);
}

/* Drivers that refuse long reads, with different errors. */
static void short_reads(uint64_t seed)
{
    static const EFI_STATUS statuses[] = {EFI_BAD_BUFFER_SIZE, EFI_DEVICE_ERROR,
                                          EFI_OUT_OF_RESOURCES, EFI_INVALID_PARAMETER};

    setup_plain();
    put_module("\\initrd", 9 * MIB + 1, "");
    options_set("--initrd initrd vmlinux");
    medium_ways.largest_read = 3 * MIB;
    medium_ways.too_long = statuses[seed];
}

/* The same for faults, with small files because of the many runs. */
static void small_short_reads(uint64_t seed)
{
    (void)seed;
    setup_plain();
    put_module("\\initrd", 3 * MIB + 1, "");
    options_set("--initrd initrd vmlinux");
    medium_ways.largest_read = MIB;
    medium_ways.too_long = EFI_BAD_BUFFER_SIZE;
}

/* Firmware of before UEFI 2.4, where a long read breaks the file for good. */
static void breaking_reads(uint64_t seed)
{
    small_short_reads(seed);
    fake_system_table.Hdr.Revision = 2 << 16 | 31;
    medium_ways.breaks = true;
}

static void damaged_medium(uint64_t seed)
{
    setup_plain();
    put_module("\\initrd", MIB + 70000, "");
    options_set("--initrd initrd vmlinux");
    medium_ways.damaged = "initrd";
    medium_ways.damaged_range = (struct range){MIB + 40000, MIB + 40512};
    medium_ways.damage = seed ? EFI_VOLUME_CORRUPTED : EFI_DEVICE_ERROR;
}

static void lying_sizes(uint64_t seed)
{
    option_boot(seed);
    medium_ways.too_many = 1;
    put_module("\\initrd", 5000, "");
    options_set("--initrd initrd vmlinux");
}

static void impossible_sizes(uint64_t seed)
{
    option_boot(seed);
    medium_ways.too_many = INT64_MAX;
}

/* ------------------------------------------------------------------------------------------------
 * Firmware and machine
 */

static void secure_boot(uint64_t seed)
{
    static const uint8_t on = 1;

    option_boot(seed);
    variable_put(&global_variable_guid, "SecureBoot", &on, 1);
    variable_put(&global_variable_guid, "SetupMode", seed ? &on : (const uint8_t *)"", 1);
}

/* Of no byte, or of two. */
static void secure_boot_size(uint64_t seed)
{
    static const uint8_t zeros[2] = {0};

    option_boot(seed);
    variable_put(&global_variable_guid, "SecureBoot", zeros, 2 * seed);
}

static void secure_boot_in_setup(uint64_t seed)
{
    (void)seed;
    secure_boot(1);
}

static void hypervisors(uint64_t seed)
{
    option_boot(seed);
    if (seed == 0) {
        firmware_ways.hypervisor = "XenVMMXenVMM";
        firmware_ways.hypervisor_leaf = 0x40000100;
    }
    firmware_ways.tdx = seed == 1;
    firmware_ways.sev = seed == 2;
}

static void no_long_mode(uint64_t seed)
{
    (void)seed;
    option_boot(0);
    firmware_ways.no_long_mode = true;
}

static void other_hypervisor(uint64_t seed)
{
    option_boot(seed);
    firmware_ways.hypervisor = "KVMKVMKVM\0\0";
    firmware_ways.hypervisor_leaf = 0x40000000;
}

static void strict_pages(uint64_t seed)
{
    static const EFI_GUID guid = MEMORY_ATTRIBUTE_PROTOCOL_GUID;

    option_boot(seed);
    memory_ways.enforce_nx = true;
    handles_install(&console_handle, &guid, &fake_memory_attribute);
}

/* Firmware that makes no page read-only: that is only hardening. */
static void strict_but_writable(uint64_t seed)
{
    strict_pages(seed);
    memory_ways.refuse_read_only = true;
}

static void refused_exit(uint64_t seed)
{
    option_boot(seed);
    firmware_ways.refuse_exit = 1 + seed;
}

static void refused_for_ever(uint64_t seed)
{
    option_boot(seed);
    firmware_ways.refuse_exit = SIZE_MAX;
}

/* The map has changed since it was read, sixteen times. */
static void refused_too_often(uint64_t seed)
{
    option_boot(seed);
    firmware_ways.refuse_exit = 16;
}

static void refused_otherwise(uint64_t seed)
{
    option_boot(seed);
    firmware_ways.refuse_exit = 1;
    firmware_ways.refusal = EFI_OUT_OF_RESOURCES;
}

const struct scenario boot_scenarios[] = {
    {"quiet", option_boot, ENDING_BOOT, NULL, check_quiet},
    {"option-boot", option_boot, ENDING_BOOT, "console continues on ttyS0", check_keys,
     .faults = true},
    {"three-modules", three_modules, ENDING_BOOT, NULL, .faults = true},
    {"many-initrds", many_initrds, ENDING_BOOT, "vmlinux + one + two + three + four + 1 more",
     .faults = true},
    {"shell-words", shell_words, ENDING_BOOT, NULL, .faults = true},
    {"dry-run", dry_run, ENDING_SUCCESS, "not started: dry run", check_dry_run, .faults = true},
    {"verbose", verbose, ENDING_BOOT, NULL, check_verbose, .faults = true},
    {"help", help, ENDING_SUCCESS, "--overwrite-acpi-nvs", .faults = true},
    {"version", version, ENDING_SUCCESS, "pvhboot ", .faults = true},
    {"no-console", no_console, ENDING_BOOT, NULL, .faults = true},

    {"entry-boot", entry_boot, ENDING_BOOT, "New: vmlinux + initrd", .faults = true},
    {"entry-by-id", entry_by_id, ENDING_BOOT, "Old: old", .faults = true},
    {"entry-saved", entry_saved, ENDING_BOOT, NULL, check_entry_saved},
    {"entry-missing", entry_missing, ENDING_ERROR, "no entry none", .faults = true},
    {"nothing-to-boot", nothing_to_boot, ENDING_ERROR, "nothing to boot", .faults = true},
    {"xbootldr", xbootldr, ENDING_ERROR, "nothing to boot", check_xbootldr, .seeds = 5,
     .faults = true},
    {"xbootldr-itself", xbootldr_itself, ENDING_BOOT, NULL, check_xbootldr_itself},

    {"junk-options", junk_options, ENDING_BOOT, NULL, .faults = true},
    {"foreign-options", foreign_options, ENDING_BOOT, NULL, .seeds = ELEMENTS(foreign)},
    {"mistaken-options", mistaken_options, ENDING_BOOT,
     "\\vmlinux-typo: not a file; ignoring the load options", .faults = true},
    {"mistaken-options-only", mistaken_options_only, ENDING_ERROR,
     "\\vmlinux-typo: no such file on the volume", .seeds = 2, .faults = true},
    {"mistaken-after-option", mistaken_after_option, ENDING_ERROR, "\\vmlinux-typo: no such file"},
    {"mistaken-in-shell", mistaken_in_shell, ENDING_ERROR, "\\vmlinux-typo: no such file",
     check_at_once},
    {"mistaken-drive", mistaken_drive, ENDING_ERROR, "leave out the drive (fs0:)", .seeds = 2},
    {"foreign-long", long_foreign_options, ENDING_BOOT, "; ignoring the load options and reading"},
    {"random-options", random_options, ENDING_ANY, NULL, .seeds = 300},

    {"packed", packed_boot, ENDING_BOOT, NULL, .seeds = ELEMENTS(packed)},
    {"gzip", packed_gzip, ENDING_BOOT, NULL, .faults = true},
    {"xz", packed_xz, ENDING_BOOT, NULL, .faults = true},
    {"zstd", packed_zstd, ENDING_BOOT, NULL, .faults = true},
    {"lz4", packed_lz4, ENDING_BOOT, NULL, .faults = true},
    {"lz4-legacy", packed_lz4_legacy, ENDING_BOOT, NULL, .faults = true},
    {"bzimage", packed_bzimage, ENDING_BOOT, NULL, .faults = true},
    {"nested", packed_nested, ENDING_BOOT, NULL, .faults = true},
    {"packed-in-the-way", packed_in_the_way, ENDING_ERROR, "0x101000", .faults = true},
    {"packed-without-room", packed_without_room, ENDING_ERROR, "0x101000"},
    {"packed-shared", packed_shared, ENDING_BOOT, NULL, .faults = true},
    {"packed-stored", packed_stored, ENDING_BOOT, NULL, .seeds = 3, .faults = true},
    {"packed-headers-last", packed_headers_last, ENDING_BOOT, NULL, .faults = true},
    {"packed-too-large", packed_too_large, ENDING_ERROR,
     "kernel: gzip: not enough memory: the boot needs at least 4534 KiB, 2267 KiB of it to unpack",
     check_too_large},
    {"packed-damaged", packed_damaged, ENDING_ANY, NULL, .seeds = 200},

    {"staged", staged, ENDING_BOOT, NULL, .faults = true},
    {"moved", moved, ENDING_BOOT, "moved from 0x3dff000", .faults = true},
    {"taken", taken, ENDING_ERROR, "is runtime services data", .faults = true},
    {"nvs-taken", nvs_taken, ENDING_BOOT, "ACPI NVS", .faults = true},
    {"far-segments", far_segments, ENDING_BOOT, NULL, .faults = true},
    {"far-segments-over-nvs", far_segments_over_nvs, ENDING_BOOT, NULL, .faults = true},
    {"nvs-refused", nvs_refused, ENDING_ERROR, "--overwrite-acpi-nvs", .faults = true},

    {"offered", offered, ENDING_BOOT, NULL, .faults = true, .answer = EFI_NOT_FOUND},
    {"offered-not-taken", not_taken, ENDING_BOOT, NULL, .faults = true},
    {"offered-with-module", offered_with_module, ENDING_BOOT, NULL, .faults = true,
     .answer = EFI_NOT_FOUND},
    {"offered-wrongly", offered_wrongly, ENDING_ERROR, "initrd", .seeds = 4, .faults = true,
     .also = ALSO(ENDING_BOOT), .answer = EFI_NOT_FOUND},

    {"offered-shortened", offered_shortened, ENDING_ERROR,
     "the caller's initrd: announced 70001 bytes, but delivered 70000", .seeds = 2, .faults = true,
     .also = ALSO(ENDING_BOOT), .answer = EFI_NOT_FOUND},
    {"missing-kernel", missing_kernel, ENDING_ERROR, "\\boot\\vmlinuz: no such file",
     .faults = true},
    {"missing-initrd", missing_initrd, ENDING_ERROR, "initrd: no such file", .faults = true},
    {"empty-initrd", empty_initrd, ENDING_ERROR, "initrd: the file is empty", .faults = true},
    {"directory-as-kernel", directory_as_kernel, ENDING_ERROR, "boot: is a directory",
     .faults = true},
    {"no-kernel", no_kernel_at_all, ENDING_ERROR, "note: ", .faults = true},
    {"no-volume", no_volume, ENDING_ERROR, "no file system", .faults = true},
    {"no-loaded-image", no_loaded_image, ENDING_ERROR,
     "the firmware does not say where pvhboot was loaded from: Unsupported"},
    {"slow-medium", slow_medium, ENDING_BOOT, "initrd: 100 %", .faults = true},
    {"slow-and-large", slow_and_large, ENDING_BOOT, "initrd: 33 %", .faults = true},
    {"short-reads", short_reads, ENDING_BOOT, NULL, .seeds = 4},
    {"small-short-reads", small_short_reads, ENDING_BOOT, NULL, .faults = true},
    {"breaking-reads", breaking_reads, ENDING_BOOT, NULL, .faults = true},
    {"damaged-medium", damaged_medium, ENDING_ERROR, "initrd: cannot read", .seeds = 2,
     .faults = true},
    {"lying-sizes", lying_sizes, ENDING_ERROR,
     "initrd: short read at offset 0x0: 5000 of 5001 bytes;", .faults = true},
    {"sizes-impossible", impossible_sizes, ENDING_ERROR, "922337203685"},

    {"secure-boot", secure_boot, ENDING_ERROR, "Secure Boot is on", .faults = true,
     .answer = EFI_NOT_FOUND},
    {"secure-boot-size", secure_boot_size, ENDING_ERROR,
     "Secure Boot's state cannot be read (variable SecureBoot: ", .seeds = 2},
    {"secure-boot-in-setup", secure_boot_in_setup, ENDING_BOOT, NULL, .faults = true},
    {"hypervisors", hypervisors, ENDING_ERROR, "pvhboot: ", .seeds = 3, .faults = true},
    {"no-long-mode", no_long_mode, ENDING_ERROR, "is a 64-bit kernel", .faults = true},
    {"other-hypervisor", other_hypervisor, ENDING_BOOT, NULL, .faults = true},
    {"strict-but-writable", strict_but_writable, ENDING_BOOT, NULL},
    {"strict-pages", strict_pages, ENDING_BOOT, NULL, .faults = true, .answer = EFI_NOT_FOUND},
    {"refused-exit", refused_exit, ENDING_BOOT, NULL, .seeds = 15},
    {"refused-once", refused_exit, ENDING_BOOT, NULL, .faults = true},
    {"refused-for-ever", refused_for_ever, ENDING_RESET, NULL, .faults = true},
    {"refused-too-often", refused_too_often, ENDING_RESET, NULL},
    {"refused-otherwise", refused_otherwise, ENDING_RESET, NULL, .faults = true},
    {.name = NULL},
};
