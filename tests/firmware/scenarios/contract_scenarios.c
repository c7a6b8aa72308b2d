/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What other programs and the kernel hold the loader to: variables by the Boot Loader Interface,
 * the watchdog, the newer of two ACPI tables, a file's position after an error, the very last map.
 */
#include "tests/firmware/scenarios/scenarios.h"

#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/fake/text.h"
#include "tests/firmware/fake/variables.h"
#include "tests/firmware/scenarios/machines.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/support.h"

#include <stdlib.h>
#include <string.h>

#define ENTRIES "\\loader\\entries\\"
#define CONFIG  "\\loader\\loader.conf"

static void setup_entries(void)
{
    setup_plain();
    file_put_text(ENTRIES "new.conf", "sort-key a\nversion 2\nlinux /vmlinux\noptions new\n");
    file_put_text(ENTRIES "old.conf", "sort-key a\nversion 1\nlinux /vmlinux\noptions old\n");
    expect_command_line("new");
    expect_fallback("old");
}

/* ------------------------------------------------------------------------------------------------
 * Variables
 */

#define SIGNATURE_MBR  1
#define SIGNATURE_GUID 2

/* A partition of a hard disk (UEFI 2.10, section 10.3.5.1): all bytes of its GUID are different. */
static uint8_t partition_path[] = {
    /* clang-format off */
    4, 1, 42, 0,                            /* media, hard disk, its length */
    1, 0, 0, 0,                             /* number */
    0, 8, 0, 0, 0, 0, 0, 0,                 /* first block */
    0, 0, 32, 0, 0, 0, 0, 0,                /* blocks */
    0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, /* signature */
    0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe,
    2, SIGNATURE_GUID,
    0x7f, 0xff, 4, 0,
    /* clang-format on */
};

static void announced(uint64_t seed)
{
    static const EFI_GUID path_guid = DEVICE_PATH_PROTOCOL;

    setup_entries();
    if (seed == 1)
        partition_path[4 + 37] = SIGNATURE_MBR;
    handles_remove(device_handle, &path_guid);
    handles_install(&device_handle, &path_guid, partition_path);
    fake_system_table.Hdr.Revision = 2 << 16 | 70;
    fake_system_table.FirmwareVendor = widen("Fake \xe2\x82\xac");
    fake_system_table.FirmwareRevision = 3 << 16 | 5;
}

static void check_none(const char *name)
{
    size_t size;

    if (variable_find(&loader_variable_guid, name, &size))
        run_fail("%s is set", name);
}

/* Microseconds in decimal, without a zero in front. */
static uint64_t read_time(const char *name)
{
    size_t size;
    const CHAR16 *value = variable_find(&loader_variable_guid, name, &size);
    uint64_t time = 0;

    if (!value || size < 4 || value[0] == '0' || value[size / 2 - 1] != 0)
        run_fail("%s is no number", name);
    for (size_t i = 0; i + 1 < size / 2; i++) {
        if (value[i] < '0' || value[i] > '9')
            run_fail("%s is no number", name);
        time = time * 10 + (uint64_t)(value[i] - '0');
    }
    return time;
}

/*
 * The bits by https://systemd.io/BOOT_LOADER_INTERFACE, those of what there is no menu, file or key
 * for being 0: the random seed, device trees, URLs.
 */
static void check_features(void)
{
    static const uint8_t wanted[8] = {
        0xbf, /* timeouts, default, one-shot, counting, XBOOTLDR, drivers */
        0x7b, /* 8 sort-key, 9 @saved, 11 enroll, 12 retain shim, 13 menu-disabled, 14 profiles */
        0x09, /* 16 uki, 19 preferred */
    };
    size_t size;
    const void *value = variable_find(&loader_variable_guid, "LoaderFeatures", &size);

    if (!value || size != sizeof(wanted) || memcmp(value, wanted, sizeof(wanted)) != 0)
        run_fail("LoaderFeatures has other bits than what there is");
}

/* Each with its NUL. */
static void check_entries(void)
{
    static const char wanted[] = "n\0e\0w\0.\0c\0o\0n\0f\0\0\0o\0l\0d\0.\0c\0o\0n\0f\0\0";
    size_t size;
    const void *value = variable_find(&loader_variable_guid, "LoaderEntries", &size);

    if (!value || size != sizeof(wanted) || memcmp(value, wanted, sizeof(wanted)) != 0)
        run_fail("LoaderEntries is not new.conf, old.conf");
}

static void check_announced(void)
{
    check_loader_variable("LoaderInfo", "pvhboot " PVHBOOT_VERSION);
    check_loader_variable("LoaderFirmwareInfo", "Fake \xe2\x82\xac 3.05");
    check_loader_variable("LoaderFirmwareType", "UEFI 2.70");
    check_loader_variable("LoaderImageIdentifier", "\\EFI\\pvhboot\\pvhboot.efi");
    if (partition_path[4 + 37] == SIGNATURE_GUID)
        check_loader_variable("LoaderDevicePartUUID", "67452301-ab89-efcd-1032-547698badcfe");
    else
        check_none("LoaderDevicePartUUID");
    check_loader_variable("LoaderEntrySelected", "new.conf");
    check_features();
    check_entries();
    if (read_time("LoaderTimeInitUSec") >= read_time("LoaderTimeExecUSec"))
        run_fail("the loader's times are in no order");
    check_none("LoaderEntryLastBooted");
    check_none("LoaderBootCountPath");
}

/* What stays over resets is what the user has chosen in the menu, and `default @saved`. */
static void kept(uint64_t seed)
{
    (void)seed;
    setup_entries();
    file_put_text(CONFIG, "timeout 5\ndefault @saved\n");
    keys_press(1 * TICKS_PER_SECOND, 0, 'T');
    keys_press(2 * TICKS_PER_SECOND, 0, '\r');
}

static void check_kept(void)
{
    check_loader_variable("LoaderEntryLastBooted", "new.conf");
    if (!strstr(run_said(), "new"))
        run_fail("the menu is not shown");
}

/* What is remembered already is not written again: flash wears. */
static void kept_already(uint64_t seed)
{
    (void)seed;
    setup_entries();
    file_put_text(CONFIG, "default @saved\n");
    variable_put(&loader_variable_guid, "LoaderEntryLastBooted", L"new.conf", 18);
}

/* The default is remembered, also (1) where another entry is started in its place. */
static void kept_unattended(uint64_t seed)
{
    setup_plain();
    file_put_text(ENTRIES "new.conf", seed == 0
                                          ? "sort-key a\nversion 2\nlinux /vmlinux\noptions new\n"
                                          : "sort-key a\nversion 2\nlinux /none\n");
    file_put_text(ENTRIES "old.conf", "sort-key a\nversion 1\nlinux /vmlinux\noptions old\n");
    file_put_text(CONFIG, "default @saved\n");
    expect_command_line(seed == 0 ? "new" : "old");
}

static void check_kept_unattended(void)
{
    check_loader_variable("LoaderEntryLastBooted", "new.conf");
}

/* ------------------------------------------------------------------------------------------------
 * The watchdog
 */

/* The kernel takes more than the boot manager's five minutes to read. */
static void slow_medium(uint64_t seed)
{
    static const struct kernel_shape shape = {
        .bits = 64,
        .segments = {{0x100000, 0x200000, 0x200000}},
        .count = 1,
        .entry = 0x100000,
        .seed = 7,
    };

    (void)seed;
    machine_usual();
    put_kernel("\\vmlinux", &shape);
    options_set("vmlinux");
    medium_ways.ticks_per_mib = 400 * TICKS_PER_SECOND;
}

/* The user is away for longer than these, twice; and what is booted then is slow as well. */
static void patient(uint64_t seed)
{
    (void)seed;
    setup_entries();
    file_put_text(CONFIG, "timeout menu-force\n");
    for (unsigned i = 1; i <= 16; i++)
        keys_press(i * 50 * TICKS_PER_SECOND, 0, i % 2 ? 'j' : 'k');
    keys_press(850 * TICKS_PER_SECOND, 0, '\r');
}

/* ------------------------------------------------------------------------------------------------
 * ACPI
 */

#define FIRST_VERSION (USUAL_ACPI + 0x1000)

/* An RSDP of ACPI 1.0, of a root table that has nothing in it. */
static void publish_first_version(bool damaged)
{
    static const EFI_GUID guid = ACPI_TABLE_GUID;
    uint8_t tables[ACPI_SIZE] = {0};
    uint8_t *rsdp = tables, *rsdt = tables + ACPI_XSDT;

    memcpy(rsdp, "RSD PTR ", 8);
    put_number(rsdp + 16, 4, FIRST_VERSION + ACPI_XSDT);
    acpi_sign(rsdp, 20, 8);
    rsdp[9] ^= damaged;
    memcpy(rsdt, "RSDT", 4);
    put_number(rsdt + 4, 4, 36);
    acpi_sign(rsdt, 36, 9);
    physical_write(FIRST_VERSION, tables, sizeof(tables));
    configuration_add(&guid, FIRST_VERSION);
}

static void publish_second_version(bool damaged)
{
    uint8_t tables[ACPI_SIZE];

    acpi_make(tables, USUAL_ACPI, USUAL_ECAM);
    tables[ACPI_RSDP + 9] ^= damaged;
    acpi_publish(tables, USUAL_ACPI);
}

/* Two tables, as most firmware has them, in both orders; by the seed, one or both are damaged. */
static void two_tables(uint64_t seed)
{
    bool second_first = seed & 1, first_damaged = seed & 2, second_damaged = seed & 4;

    setup_without_acpi();
    if (second_first)
        publish_second_version(second_damaged);
    publish_first_version(first_damaged);
    if (!second_first)
        publish_second_version(second_damaged);
    if (!second_damaged) {
        expect_rsdp(USUAL_ACPI);
        expect_ecam((struct range){USUAL_ECAM, USUAL_ECAM + 256 * MIB});
    } else if (!first_damaged) {
        expect_rsdp(FIRST_VERSION);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Files and memory
 */

/* A driver that takes no large reads, and has moved on all the same when it refuses one. */
static void moved_position(uint64_t seed)
{
    static const struct kernel_shape shape = {
        .bits = 64,
        .segments = {{0x100000, 0x180000, 0x180000}, {0x300000, 0x300000, 0x310000}},
        .count = 2,
        .entry = 0x100000,
        .seed = 8,
    };

    (void)seed;
    machine_usual();
    put_kernel("\\vmlinux", &shape);
    put_module("\\initrd", 5 * MIB + 1, "");
    options_set("--initrd initrd vmlinux");
    medium_ways.largest_read = MIB;
    medium_ways.too_long = EFI_DEVICE_ERROR;
}

/* What is printed before the jump costs the firmware more descriptors than there is room for. */
static void grow_late(enum service service, size_t call)
{
    (void)call;
    if (service != SERVICE_OUTPUT_STRING || ledger_phase() != PHASE_RUNNING)
        return;
    for (int i = 0; i < 40; i++)
        firmware_change_map(EfiBootServicesData, true);
}

static void growing_late(uint64_t seed)
{
    (void)seed;
    setup_plain();
    options_set("vmlinux");
}

#define MANY_PIECES 400
#define PIECES      0x1000000

/* A page of each two is the firmware's: each gap of the kernel's is a copy of its own. */
static void many_copies(uint64_t seed)
{
    static const struct kernel_shape shape = {
        .bits = 64,
        .segments = {{PIECES, MANY_PIECES * 2 * PAGE_SIZE, MANY_PIECES * 2 * PAGE_SIZE}},
        .count = 1,
        .entry = PIECES,
        .seed = 9,
    };

    (void)seed;
    machine_add_low();
    physical_add(EfiConventionalMemory, 0x100000, PIECES);
    for (uint64_t i = 0; i < MANY_PIECES; i++) {
        uint64_t start = PIECES + i * 2 * PAGE_SIZE;

        physical_add(EfiBootServicesData, start, start + PAGE_SIZE);
        physical_add(EfiConventionalMemory, start + PAGE_SIZE, start + 2 * PAGE_SIZE);
    }
    physical_add(EfiConventionalMemory, PIECES + MANY_PIECES * 2 * PAGE_SIZE, USUAL_ACPI);
    machine_add_tables();
    /* Where the loader has its own memory: planning takes none of what it plans for. */
    physical_add(EfiConventionalMemory, HIGH_MEMORY_START, HIGH_MEMORY_END);
    put_kernel("\\vmlinux", &shape);
    options_set("vmlinux");
}

/* The firmware does not give what was planned first: with the plan its override is dropped. */
static void nvs_planned_again(uint64_t seed)
{
    (void)seed;
    setup_kernel_over_nvs();
    options_set("--overwrite-acpi-nvs kernel");
    memory_ways.withheld = (struct range){0x10000, 0x12000};
    expect_nvs_allowed();
}

/* The calls of announced and of these others are those of entry-boot. */
const struct scenario contract_scenarios[] = {
    {"announced", announced, ENDING_BOOT, NULL, check_announced, .seeds = 2},
    {"kept", kept, ENDING_BOOT, NULL, check_kept, MENU_FAULTS},
    {"kept-unattended", kept_unattended, ENDING_BOOT, NULL, check_kept_unattended, .seeds = 2},
    {"kept-already", kept_already, ENDING_BOOT, NULL, .faults = true},

    {"past-the-watchdog", slow_medium, ENDING_BOOT, NULL},
    {"patient", patient, ENDING_BOOT, NULL},

    {"two-tables", two_tables, ENDING_BOOT, NULL, .seeds = 8},

    {"moved-position", moved_position, ENDING_BOOT, NULL, .faults = true},
    {"growing-late", growing_late, ENDING_BOOT, NULL, .hook = grow_late, .faults = true},
    {"many-copies", many_copies, ENDING_BOOT, NULL},
    {"nvs-planned-again", nvs_planned_again, ENDING_BOOT, "ACPI NVS", .faults = true},
    {.name = NULL},
};
