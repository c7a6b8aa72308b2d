/* SPDX-License-Identifier: BSD-2-Clause */
/* Files on other partitions than the one that the loader was started from. */
#include "efi/firmware/proto/partition_info.h"
#include "tests/firmware/fake/disks.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/handles.h"
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

/* An ext4 file system, as far as it is looked at. */
static uint8_t ext4[128 * 1024];

static void nothing_connects(EFI_HANDLE controller)
{
    (void)controller;
    connections++;
}

static void start_on(uint8_t disk_number)
{
    static const EFI_GUID path_guid = DEVICE_PATH_PROTOCOL;

    own_disk = disk_number;
    firmware_ways.connect = nothing_connects;
    machine_usual();
    disks_fill();
    handles_remove(device_handle, &path_guid);
    partition_put_path(&device_handle, disk_number, 1);
}

static void put_other_partition(void)
{
    static const uint8_t empty[512];

    partition_put_path(&other, own_disk, 2);
    blocks_put(other, empty, sizeof(empty));
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

/*
 * How the partition is found: by what the firmware says (0 of a GPT, 1 of an MBR), by the disk's
 * table (2, 3), where only the disk has been connected (4), or where the partition has not been
 * (5).
 */
static void find_xbootldr(uint64_t seed)
{
    start_on(seed == 1 || seed == 3 ? MBR_DISK : GPT_DISK);
    if (seed != 4)
        put_other_partition();
    if (seed < 4)
        put_other_volume();
    if (seed < 2 || seed == 5)
        partition_tell_xbootldr(other, seed == 1 ? PARTITION_TYPE_MBR : PARTITION_TYPE_GPT);
    else
        put_disk(seed == 3 ? disk_mbr : disk_gpt);
    if (seed >= 4)
        firmware_ways.connect = connect;
    connections_due = seed >= 4;
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

static void check_unreadable(void)
{
    if (run_is_plain() &&
        !strstr(run_said(), "this disk's XBOOTLDR partition: cannot be read: its file system is "
                            "ext4"))
        run_fail("the file system is not named");
}

/* ------------------------------------------------------------------------------------------------
 * Paths that name a volume
 */

static void named(uint64_t seed)
{
    start_on(GPT_DISK);
    put_other_partition();
    put_other_volume();
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

const struct scenario volume_scenarios[] = {
    {"xbootldr-entry", xbootldr_entry, ENDING_BOOT, "Other: vmlinux + initrd", check_connections,
     .seeds = 6, .faults = true},
    {"xbootldr-both", both_volumes, ENDING_BOOT, "Other: vmlinux + initrd", .seeds = 2,
     .faults = true},
    {"xbootldr-counted", counted_on_other, ENDING_BOOT, "Other: vmlinux", check_counted, .seeds = 2,
     .faults = true},
    {"xbootldr-unreadable", unreadable, ENDING_ERROR, "nothing to boot", check_unreadable,
     .seeds = 2, .faults = true},
    {"named-volume", named, ENDING_BOOT, "vmlinux + initrd", .seeds = 2, .faults = true},
    {"named-wrongly", named_wrongly, ENDING_ERROR, NULL, check_named_wrongly,
     .seeds = sizeof(wrong_names) / sizeof(*wrong_names), .faults = true},
    {NULL},
};
