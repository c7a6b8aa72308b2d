/* SPDX-License-Identifier: BSD-2-Clause */
/* Files on other partitions than the one that the loader was started from. */
#include "efi/firmware/proto/partition_info.h"
#include "tests/firmware/fake/console.h"
#include "tests/firmware/fake/disks.h"
#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/fake/images.h"
#include "tests/firmware/scenarios/machines.h"
#include "tests/firmware/scenarios/scenarios.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/support.h"

#include <stdio.h>
#include <string.h>

/* Disks by number: even ones have a GPT, odd ones an MBR. */
#define GPT_DISK 2
#define MBR_DISK 1

#define OTHER_GUID "PARTUUID=52525252-5252-5252-5252-525252525252:"

static const EFI_GUID volume_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;

static EFI_HANDLE disk, other;
static bool has_volume;
static bool has_path;    /* the other partition has its handle */
static uint8_t own_disk; /* the number of the disk that we were started from */
static size_t connections, connections_due;

/* The other partition's file system, as far as it is looked at: unknown, or ext4. */
static uint8_t ext4[128 * 1024];

static void nothing_connects(EFI_HANDLE controller)
{
    (void)controller;
    connections++;
}

static void start_on(uint8_t disk_number)
{
    own_disk = disk_number;
    firmware_ways.connect = nothing_connects;
    machine_usual();
    disks_fill();
    partition_start_on(disk_number);
}

static void put_other_partition(void)
{
    partition_put_path(&other, own_disk, 2);
    blocks_put(other, ext4, sizeof(ext4));
    has_path = true;
}

static void put_other_volume(void)
{
    if (!has_volume)
        handles_install(&other, &volume_guid, &fake_other_volume);
    has_volume = true;
}

/* A kernel and an entry that names it by a path on its own volume. */
static void put_other_files(const char *entry)
{
    char path[64];

    put_kernel(OTHER_VOLUME "\\vmlinux", &plain_kernel);
    put_module(OTHER_VOLUME "\\initrd", 5000, "");
    snprintf(path, sizeof(path), OTHER_VOLUME "\\loader\\entries\\%s", entry);
    file_put_text(path, "title Other\npvh /vmlinux\ninitrd /initrd\noptions other\n");
    expect_command_line("other");
}

/* Nothing happens until then: the partition gets its handle, or the handle its file system. */
static void connect(EFI_HANDLE controller)
{
    connections++;
    if (controller == disk && !has_path)
        put_other_partition();
    if (controller == other || controller == disk)
        put_other_volume();
}

/* As firmware before UEFI 2.7 leaves it: only the partition table tells. */
static void put_disk(const uint8_t *table)
{
    disk_put_path(&disk, own_disk);
    blocks_put(disk, table, DISK_SIZE);
}

/* The partition is the third one of the table, whose second one is gone: EDK2 calls it the second.
 */
static void open_gap(void)
{
    memcpy(disk_mbr + 446 + 32, disk_mbr + 446 + 16, 16);
    memset(disk_mbr + 446 + 16, 0, 16);
}

/*
 * How the partition is found: by what the firmware says (0 of a GPT, 1 of an MBR), by the disk's
 * table (2, 3), where only the disk has been connected (4), where the partition has not been (5),
 * or behind a gap in an MBR (6).
 */
static void find_xbootldr(uint64_t seed)
{
    start_on(seed == 1 || seed == 3 || seed == 6 ? MBR_DISK : GPT_DISK);
    if (seed != 4)
        put_other_partition();
    if (seed < 4 || seed == 6)
        put_other_volume();
    if (seed == 6)
        open_gap();
    if (seed < 2 || seed == 5)
        partition_tell_xbootldr(other, seed == 1 ? PARTITION_TYPE_MBR : PARTITION_TYPE_GPT);
    else
        put_disk(seed == 3 || seed == 6 ? disk_mbr : disk_gpt);
    if (seed == 4 || seed == 5)
        firmware_ways.connect = connect;
    connections_due = seed == 4 || seed == 5;
}

static void xbootldr_entry(uint64_t seed)
{
    find_xbootldr(seed);
    put_other_files("other.conf");
}

/* Drivers look at nothing that is there already. */
static void check_connections(void)
{
    if (run_is_plain() && connections != connections_due)
        run_fail("ConnectController is called %zu times", connections);
}

/* Each entry's paths are on its own volume, where there are other files of the same names. */
static void both_volumes(uint64_t seed)
{
    find_xbootldr(0);
    file_put_text("\\loader\\entries\\own.conf", "title Own\nsort-key b\npvh /vmlinux\n");
    file_put_text("\\vmlinux", "not this one");
    put_other_files("other.conf");
    if (seed == 1)
        options_set("--entry=other");
    else
        file_put_text("\\loader\\loader.conf", "default other\n");
}

static void counted_on_other(uint64_t seed)
{
    find_xbootldr(0);
    put_other_files("other+3.conf");
    medium_ways.other_read_only = seed == 1;
}

static void check_counted(void)
{
    size_t size;
    bool counted = file_bytes(OTHER_VOLUME "\\loader\\entries\\other+2-1.conf", &size);

    if (!run_is_plain())
        return;
    if (counted == medium_ways.other_read_only)
        run_fail("the boot is %s", counted ? "counted on a read-only volume" : "not counted");
    if (!counted && !strstr(run_said(), "this boot cannot be counted: Write Protected"))
        run_fail("no word about the count");
}

/* Two files of one name: the first cannot be booted, then the second is counted, too. */
static void counted_on_both(uint64_t seed)
{
    counted_on_other(seed);
    file_put_text("\\loader\\entries\\other+3.conf", "title Own\npvh /gone\n");
}

static void check_counted_on_both(void)
{
    size_t size;

    check_counted();
    if (!file_bytes("\\loader\\entries\\other+2-1.conf", &size))
        run_fail("the first one is not counted");
}

/* Read as if it were there: the superblock tells what it is. */
static void unreadable(uint64_t seed)
{
    start_on(GPT_DISK);
    partition_put_path(&other, GPT_DISK, 2);
    put_number(ext4 + 1024 + 0x38, 2, 0xef53);
    put_number(ext4 + 1024 + 0x60, 4, 0x242 | (seed == 1 ? 0x2000 : 0));
    blocks_put(other, ext4, sizeof(ext4));
    partition_tell_xbootldr(other, PARTITION_TYPE_GPT);
}

/* The same beside an entry, in the menu. */
static void unreadable_in_menu(uint64_t seed)
{
    unreadable(seed);
    put_kernel("\\vmlinux", &plain_kernel);
    file_put_text("\\loader\\loader.conf", "timeout menu-force\n");
    file_put_text("\\loader\\entries\\a.conf", "title A\nsort-key a\npvh /vmlinux\n");
    console_expect("this disk's XBOOTLDR partition: cannot be read");
    keys_press(60 * TICKS_PER_SECOND, 0, '\r');
}

static void check_unreadable(void)
{
    if (run_is_plain() && first_block_reads != 1)
        run_fail("the partition's file system is looked for %zu times", first_block_reads);
    if (run_is_plain() &&
        !strstr(run_said(), "this disk's XBOOTLDR partition: cannot be read: its file system is "
                            "ext4"))
        run_fail("the file system is not named");
    if (run_status() != EFI_UNSUPPORTED)
        run_fail("the status is not why there is nothing to boot");
}

/* ------------------------------------------------------------------------------------------------
 * Drivers
 */

#define OWN_DRIVER     "\\EFI\\pvhboot\\drivers\\ext4_x64.efi"
#define SYSTEMD_DRIVER "\\EFI\\systemd\\drivers\\EXT4_X64.EFI"

static EFI_HANDLE
    wants; /* what the driver has to be shown; NULL: the console, one of all handles */

static void connect_driver(EFI_HANDLE controller)
{
    connections++;
    if (fake_program.starts > 0 && controller == (wants ? wants : console_handle))
        put_other_volume();
}

/*
 * The driver is in our directory, in systemd-boot's (1), in both (2). It has to be shown the
 * partition, the disk (3), or another handle (4). It is there, and need not be (5).
 */
static void driver(uint64_t seed)
{
    start_on(GPT_DISK);
    put_other_partition();
    partition_tell_xbootldr(other, PARTITION_TYPE_GPT);
    put_disk(disk_gpt);
    put_other_files("other.conf");
    if (seed != 1)
        file_put_text(OWN_DRIVER, "a driver");
    if (seed == 1 || seed == 2)
        file_put_text(SYSTEMD_DRIVER, "a driver");
    file_put_text("\\EFI\\pvhboot\\drivers\\ext4_aa64.efi", "for another machine");
    fake_program.path = seed == 1 ? SYSTEMD_DRIVER : OWN_DRIVER;
    fake_program.copy = seed == 2 ? SYSTEMD_DRIVER : NULL;
    fake_program.code = EfiBootServicesCode;
    if (seed == 5)
        put_other_volume();
    wants = seed == 3 ? disk : seed == 4 ? NULL : other;
    firmware_ways.connect = connect_driver;
    connections_due = seed == 5 ? 0 : 1;
}

static void check_driver(void)
{
    if (run_is_plain() && fake_program.starts != connections_due)
        run_fail("the driver was started %zu times", fake_program.starts);
    if (strstr(run_said(), "aa64"))
        run_fail("a driver for another machine is not passed over");
}

/*
 * What is no driver (0), does not load (1), is refused (2), fails (3), has done its work (4), reads
 * nothing (5), or would be loaded by shim (6), or take shim's lock away (7).
 */
static const char *const bad_driver_says[] = {
    "is not an EFI driver",
    "cannot be started",
    "refused by the firmware",
    "returned an error",
    "its file system is",
    "its file system is",
    "shim frees what it has started",
    "shim frees what it has started",
};
static uint64_t bad_driver_kind;

static void bad_driver(uint64_t seed)
{
    driver(0);
    bad_driver_kind = seed;
    firmware_ways.connect = nothing_connects;
    fake_program.code = seed == 0 ? EfiLoaderCode : EfiBootServicesCode;
    fake_program.loads = seed == 1 ? EFI_UNSUPPORTED : seed == 2 ? EFI_ACCESS_DENIED : 0;
    fake_program.returns = seed == 3 ? EFI_DEVICE_ERROR : seed == 4 ? EFI_ABORTED : 0;
    if (seed == 6)
        images_install_shim_loader();
    if (seed == 7)
        images_install_shim_lock();
}

static void check_bad_driver(void)
{
    if (!run_is_plain())
        return;
    if (!strstr(run_said(), bad_driver_says[bad_driver_kind]))
        run_fail("what is wrong with the driver is not said");
    if (bad_driver_kind == 4 && strstr(run_said(), "returned an error"))
        run_fail("a driver that has done its work is called a failure");
    if (!strstr(run_said(), "this disk's XBOOTLDR partition: cannot be read"))
        run_fail("the partition is not mentioned");
    if (fake_program.starts != (bad_driver_kind >= 3 && bad_driver_kind <= 5))
        run_fail("the driver was started %zu times", fake_program.starts);
}

/* A bad driver, an entry that needs none, and one that does. */
static void menu_with_bad_driver(uint64_t seed, const char *config)
{
    start_on(GPT_DISK);
    put_other_partition();
    file_put_text(OWN_DRIVER, "a driver");
    fake_program.path = OWN_DRIVER;
    fake_program.code = seed == 0 ? EfiLoaderCode : EfiBootServicesCode;
    fake_program.returns = seed == 1 ? EFI_DEVICE_ERROR : EFI_SUCCESS;
    put_kernel("\\vmlinux", &plain_kernel);
    file_put_text("\\loader\\loader.conf", config);
    file_put_text("\\loader\\entries\\a.conf", "title A\nsort-key a\npvh /vmlinux\n");
    file_put_text("\\loader\\entries\\other.conf",
                  "title Other\nsort-key b\npvh " OTHER_GUID "/vmlinux\n");
}

/* A driver that an entry needs is started while the menu is shown: what is wrong is said there. */
static void bad_driver_in_menu(uint64_t seed)
{
    menu_with_bad_driver(seed, "timeout menu-force\n");
    console_expect(seed == 0 ? "ext4_x64.efi: is not an EFI driver" : "ext4_x64.efi: ");
    console_expect(">                                  => A\n");
    console_expect(" Other (cannot boot)\n");
    keys_press(60 * TICKS_PER_SECOND, SCAN_DOWN, 0);
    keys_press(61 * TICKS_PER_SECOND, SCAN_UP, 0);
    keys_press(62 * TICKS_PER_SECOND, 0, '\r');
}

/*
 * While entries are looked at, a message is dismissed: only what is said later is shown then, and
 * with it the problem of the selected entry, which is another sentence.
 */
static void news_in_menu(uint64_t seed)
{
    menu_with_bad_driver(seed, "timeout menu-force\nfrobnicate yes\n");
}

/* The first key comes when there is the menu, before it looks at entries. */
static void press_in_menu(enum service service, size_t call)
{
    static bool has_timer;

    (void)call;
    has_timer |= service == SERVICE_CREATE_EVENT;
    if (!has_timer || service != SERVICE_SET_WATCHDOG_TIMER || keys_so_far() > 0)
        return;
    console_expect("frobnicate");
    keys_press(ledger_now(), SCAN_DOWN, 0);
    console_expect_none("frobnicate");
    console_expect("ext4_x64.efi: is not an EFI driver");
    console_expect("\n  " OTHER_GUID "/vmlinux: ");
    keys_press(60 * TICKS_PER_SECOND, SCAN_UP, 0);
    console_expect_none("ext4_x64.efi");
    keys_press(61 * TICKS_PER_SECOND, 0, '\r');
}

/* ------------------------------------------------------------------------------------------------
 * Paths that name a volume
 */

/* With options (0), in an entry (1), and on a partition that needs a driver (2). */
static void named(uint64_t seed)
{
    start_on(GPT_DISK);
    put_other_partition();
    if (seed == 2) {
        file_put_text(OWN_DRIVER, "a driver");
        fake_program.path = OWN_DRIVER;
        fake_program.code = EfiBootServicesCode;
        wants = other;
        firmware_ways.connect = connect_driver;
    } else {
        put_other_volume();
    }
    put_kernel(OTHER_VOLUME "\\vmlinux", &plain_kernel);
    put_module(OTHER_VOLUME "\\initrd", 5000, "");
    expect_command_line("other");
    if (seed == 0) {
        options_set("--initrd=" OTHER_GUID "\\initrd " OTHER_GUID "/vmlinux other");
        return;
    }
    file_put_text("\\loader\\entries\\own.conf", "pvh " OTHER_GUID "/vmlinux\noptions other\n"
                                                 "initrd " OTHER_GUID "/initrd\n");
}

/* Linux's number of a partition behind a gap, as the table has it, or where that is not there (1).
 */
static void named_in_mbr(uint64_t seed)
{
    start_on(MBR_DISK);
    put_other_partition();
    put_other_volume();
    open_gap();
    if (seed == 0)
        put_disk(disk_mbr);
    put_kernel(OTHER_VOLUME "\\vmlinux", &plain_kernel);
    expect_command_line("other");
    options_set(seed == 0 ? "PARTUUID=d15c0001-03:/vmlinux other"
                          : "PARTUUID=d15c0001-02:/vmlinux other");
}

/* The number that the firmware gives is not that of the table. */
static void named_in_gap(uint64_t seed)
{
    named_in_mbr(0);
    options_set(seed == 0 ? "PARTUUID=d15c0001-02:/vmlinux" : "PARTUUID=d15c0003-01:/vmlinux");
}

static const char *const wrong_names[] = {
    "PARTUUID=53525252-5252-5252-5252-525252525252:/vmlinux",
    "PARTUUID=525252525252:/vmlinux",
    OTHER_GUID "/vmlinuz",
};
static const char *const wrong_says[] = {
    "has this PARTUUID",
    "not a path on a partition",
    "no such file on the partition of this PARTUUID",
};
static uint64_t wrong_name;

static void named_wrongly(uint64_t seed)
{
    named(0);
    wrong_name = seed;
    options_set(wrong_names[seed]);
}

static void check_named_wrongly(void)
{
    if (run_is_plain() && !strstr(run_said(), wrong_says[wrong_name]))
        run_fail("the mistake is not named");
}

/* What is to be done depends on the file system, of which ext4 (0), FAT (1) and none (2) are. */
static const char *const damage_says[] = {
    "Volume Corrupted; if the file is sparse",
    "Volume Corrupted; the file system is damaged: check it with fsck.fat",
    "Volume Corrupted",
};
static uint64_t damage_kind;

static void named_damaged(uint64_t seed)
{
    damage_kind = seed;
    if (seed == 0)
        put_number(ext4 + 1024 + 0x38, 2, 0xef53);
    if (seed == 1)
        memcpy(ext4 + 82, "FAT32", 5);
    named(0);
    medium_ways.damaged = "@other\\initrd"; /* as paths are kept */
    medium_ways.damaged_range = (struct range){0, 5000};
    medium_ways.damage = EFI_VOLUME_CORRUPTED;
}

static void check_named_damaged(void)
{
    if (!run_is_plain())
        return;
    if (damage_kind == 2 && strstr(run_said(), "Volume Corrupted;"))
        run_fail("something is said of an unknown file system");
    if (!strstr(run_said(), damage_says[damage_kind]))
        run_fail("what to do about the damage is not said");
}

/* A program there; its file system is not on the handle yet. */
static void named_program(uint64_t seed)
{
    (void)seed;
    start_on(GPT_DISK);
    put_other_partition();
    firmware_ways.connect = connect;
    file_put_text(OTHER_VOLUME "\\program.efi", "a program");
    file_put_text("\\program.efi", "a program"); /* LoadImage looks there */
    fake_program.path = "\\program.efi";
    file_put_text("\\loader\\entries\\own.conf", "efi " OTHER_GUID "/program.efi\n");
    file_put_text("\\loader\\loader.conf", "timeout 0\n");
}

static void check_named_program(void)
{
    if (run_is_plain() && fake_program.starts != 1)
        run_fail("the program was started %zu times", fake_program.starts);
    if (run_is_plain() && connections == 0)
        run_fail("the partition was not connected before");
}

/* Of two entries with one name, that of our own volume is the first. */
static void same_name(uint64_t seed)
{
    static const char entry[] = "title %s\npvh /vmlinux\noptions %s\n";
    char text[100];

    start_on(GPT_DISK);
    put_other_partition();
    put_other_volume();
    partition_tell_xbootldr(other, PARTITION_TYPE_GPT);
    put_kernel("\\vmlinux", &plain_kernel);
    file_put_text(OTHER_VOLUME "\\vmlinux", "none");
    for (unsigned i = 0; i < (seed ? 40 : 1); i++) {
        char path[64];

        snprintf(path, sizeof(path), "\\loader\\entries\\x%02u.conf", i);
        snprintf(text, sizeof(text), entry, "own", "own");
        file_put_text(path, text);
        snprintf(path, sizeof(path), OTHER_VOLUME "\\loader\\entries\\x%02u.conf", i);
        snprintf(text, sizeof(text), entry, "other", "other");
        file_put_text(path, text);
    }
    expect_command_line("own");
}

const struct scenario volume_scenarios[] = {
    {"xbootldr-entry", xbootldr_entry, ENDING_BOOT, "Other: vmlinux + initrd", check_connections,
     .seeds = 7, .faults = true},
    {"xbootldr-both", both_volumes, ENDING_BOOT, "Other: vmlinux + initrd", .seeds = 2,
     .faults = true},
    {"xbootldr-counted", counted_on_other, ENDING_BOOT, "Other: vmlinux", check_counted, .seeds = 2,
     .faults = true},
    {"xbootldr-counted-both", counted_on_both, ENDING_BOOT, "Other: vmlinux", check_counted_on_both,
     .seeds = 2},
    {"xbootldr-unreadable", unreadable, ENDING_ERROR, "nothing to boot", check_unreadable,
     .seeds = 2, .faults = true},
    {"drivers", driver, ENDING_BOOT, "Other: vmlinux + initrd", check_driver, .seeds = 6,
     .faults = true},
    {"drivers-bad", bad_driver, ENDING_ERROR, "nothing to boot", check_bad_driver,
     .seeds = sizeof(bad_driver_says) / sizeof(*bad_driver_says), .faults = true},
    {"xbootldr-unreadable-menu", unreadable_in_menu, ENDING_BOOT},
    {"drivers-in-menu", bad_driver_in_menu, ENDING_BOOT, .seeds = 2},
    {"news-in-menu", news_in_menu, ENDING_BOOT, .hook = press_in_menu},
    {"named-volume", named, ENDING_BOOT, "vmlinux + initrd", .seeds = 3, .faults = true},
    {"named-in-mbr", named_in_mbr, ENDING_BOOT, "vmlinux", .seeds = 2, .faults = true},
    {"named-in-gap", named_in_gap, ENDING_ERROR, "has this PARTUUID", .seeds = 2},
    {"named-program", named_program, ENDING_SUCCESS, NULL, check_named_program, .faults = true},
    {"same-name", same_name, ENDING_BOOT, .seeds = 2},
    {"named-damaged", named_damaged, ENDING_ERROR, "initrd: cannot read", check_named_damaged,
     .seeds = sizeof(damage_says) / sizeof(*damage_says), .faults = true},
    {"named-wrongly", named_wrongly, ENDING_ERROR, NULL, check_named_wrongly,
     .seeds = sizeof(wrong_names) / sizeof(*wrong_names), .faults = true},
    {NULL},
};
