/* SPDX-License-Identifier: BSD-2-Clause */
/* Started from the network: entries, kernels and initrds from a server. */
#include "tests/firmware/scenarios/scenarios.h"

#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/fake/images.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/fake/pxe.h"
#include "tests/firmware/scenarios/machines.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/support.h"

#include <stdio.h>
#include <string.h>

#define UUID   "12345678-9abc-def0-1234-56789abcdef0"
#define MAC    "01-52-54-00-ab-34-56"
#define INITRD 70000

static size_t initrd_size = INITRD;

/* A network card's device path. */
static void put_card(void)
{
    static const EFI_GUID path_guid = DEVICE_PATH_PROTOCOL;
    static uint8_t path[37 + 4] = {3, 0x0b, 37, 0, 0x52, 0x54, 0, 0xab, 0x34, 0x56};

    path[4 + 32] = 1;
    memcpy(path + 37, (const uint8_t[]){0x7f, 0xff, 4, 0}, 4);
    handles_remove(device_handle, &path_guid);
    handles_install(&device_handle, &path_guid, path);
}

/* SMBIOS with the system's UUID, behind a structure without strings. */
static void put_uuid(void)
{
    static const EFI_GUID guid = {
        0xf2fd1544, 0x9794, 0x4a2c, {0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94}};
    static const uint8_t uuid[16] = {0x78, 0x56, 0x34, 0x12, 0xbc, 0x9a, 0xf0, 0xde,
                                     0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0};
    static uint8_t structures[6 + 27 + 4] = {0, 4, 0, 0, 0, 0, 1, 27};
    static uint8_t entry[24] = {'_', 'S', 'M', '3', '_', 0, 24};

    memcpy(structures + 6 + 8, uuid, sizeof(uuid));
    memcpy(structures + 6 + 27, "QEMU", 4); /* the end of the strings is cut off */
    put_number(entry + 12, 4, sizeof(structures));
    put_number(entry + 16, 8, (uintptr_t)structures);
    for (size_t i = 0; i < sizeof(entry); i++)
        entry[5] = (uint8_t)(entry[5] - (i == 5 ? 0 : entry[i]));
    configuration_add(&guid, (uintptr_t)entry);
}

static void put_entry(const char *base, const char *name, const char *title)
{
    char path[128], text[128];

    snprintf(path, sizeof(path), "%s\\pvhboot\\%s.conf", base, name);
    snprintf(text, sizeof(text), "title %s\nlinux /vmlinux\ninitrd /initrd\noptions %s\n", title,
             title);
    file_put_text(path, text);
}

static void put_files(const char *base)
{
    char path[64];

    snprintf(path, sizeof(path), "%s\\vmlinux", base);
    put_kernel(path, &plain_kernel);
    snprintf(path, sizeof(path), "%s\\initrd", base);
    put_module(path, initrd_size, "");
}

static void start_from(const char *boot_file)
{
    machine_usual();
    pxe_install(boot_file);
    put_card();
}

/* The first of the three names that is there is taken. */
static void by_name(uint64_t seed)
{
    static const char *const names[] = {"default", MAC, UUID};

    start_from("pvhboot.efi");
    put_uuid();
    put_files("");
    for (uint64_t i = 0; i <= seed; i++)
        put_entry("", names[i], names[i]);
    expect_command_line(names[seed]);
    if (seed == 1)
        expect_fallback(names[0]); /* where the card cannot be told */
}

/* Paths are relative to the directory of the loader's file. */
static void below_base(uint64_t seed)
{
    static const char *const files[] = {"/boot/x64/pvhboot.efi", "boot\\x64\\pvhboot.efi"};

    pxe_ways.in_options = seed;
    start_from(files[seed]);
    put_files("\\boot\\x64");
    put_entry("\\boot\\x64", "default", "below");
    expect_command_line("below");
}

/* DHCP names the server (0), or a proxy (1), or a boot server (2), or DHCPv6 (3). */
static void named_by(uint64_t seed)
{
    pxe_ways.named_by = seed % 3;
    pxe_ways.by_ipv6 = seed == 3;
    start_from("boot/x64/pvhboot.efi");
    put_files("\\boot\\x64");
    put_entry("\\boot\\x64", "default", "named");
    expect_command_line("named");
}

/* loader.conf chooses among the entries of a list, one of which is not there. */
static void list(uint64_t seed)
{
    (void)seed;
    start_from("pvhboot.efi");
    put_files("");
    file_put_text("\\pvhboot\\default.conf", "entries a.conf none.conf\nentries b+2.conf\n");
    file_put_text("\\loader\\loader.conf", "default b*\n");
    put_entry("", "a", "a");
    put_entry("", "b+2", "b");
    expect_command_line("b");
    expect_fallback("a");
}

static void check_list(void)
{
    if (run_is_plain() && !strstr(run_said(), "this boot cannot be counted"))
        run_fail("it is not said that boots are not counted");
    if (run_is_plain() && !strstr(run_said(), "tftp://" PXE_SERVER "/pvhboot/none.conf: No such"))
        run_fail("it is not said that an entry is missing");
}

/*
 * Poor firmware or servers: no sizes (0), no large blocks (1), no size of a large file (2), and
 * none after it has been tried (3).
 */
static void poor(uint64_t seed)
{
    pxe_ways.no_sizes = seed != 1;
    pxe_ways.no_large_blocks = seed == 1;
    pxe_ways.no_lengths = seed == 3;
    initrd_size = seed == 3 ? 8 * MIB + 1 : seed == 2 ? 4 * MIB + 1 : INITRD;
    by_name(0);
}

/* The entry and the kernel once; the initrd to learn its size, maybe in vain, and into its place.
 */
static void check_poor(void)
{
    size_t reads = pxe_ways.no_lengths ? 6 : initrd_size > INITRD ? 5 : 4;

    if (run_is_plain() && pxe_ways.no_sizes && pxe_reads() != reads)
        run_fail("%zu transfers, not %zu", pxe_reads(), reads);
    if (run_is_plain() && pxe_ways.no_large_blocks && pxe_timeouts() != 1)
        run_fail("large blocks are tried %zu times", pxe_timeouts());
}

/* A kernel on the command line; what is read whole is transferred once. */
static void named(uint64_t seed)
{
    (void)seed;
    start_from("pvhboot.efi");
    put_files("");
    options_set("--initrd=/initrd \\vmlinux x");
    expect_command_line("x");
}

/* No free range below 4 GiB is as large as the initrd. It is transferred once all the same. */
static void in_pieces(uint64_t seed)
{
    (void)seed;
    machine_add_low();
    for (uint64_t at = 0x100000; at < 0x1100000; at += 128 * KIB) {
        physical_add(EfiConventionalMemory, at, at + 64 * KIB);
        physical_add(EfiBootServicesData, at + 64 * KIB, at + 128 * KIB);
    }
    physical_add(EfiConventionalMemory, HIGH_MEMORY_START, HIGH_MEMORY_START + 64 * MIB);
    machine_add_tables();
    pxe_install("pvhboot.efi");
    put_card();
    initrd_size = 300000;
    put_files("");
    options_set("--initrd=/initrd \\vmlinux x");
    expect_command_line("x");
    expect_no_overlay();
}

/* So slow that the progress is shown, as it comes from the packets. */
static void slow(uint64_t seed)
{
    named(seed);
    pxe_ways.ticks_per_packet = TICKS_PER_SECOND / 10;
}

static void check_named(void)
{
    if (run_is_plain() && pxe_reads() != 2)
        run_fail("%zu transfers for two files", pxe_reads());
    if (run_is_plain() && pxe_reported() < INITRD)
        run_fail("there is no progress");
}

/* ------------------------------------------------------------------------------------------------
 * iPXE
 */

/*
 * Its file system has no directories: an entry of the usual name (0), of this machine (1), one for
 * which nothing has to be named (2), a list with loader.conf (3).
 */
static void flat(uint64_t seed)
{
    static const char *const names[] = {"\\pvhboot.conf", "\\" MAC ".conf", "\\default.conf",
                                        "\\pvhboot.conf"};

    machine_usual();
    put_card();
    put_kernel("\\vmlinux", &plain_kernel);
    put_module("\\initrd", INITRD, "");
    file_put_text("\\b.conf", "linux /kernels/vmlinux\ninitrd \\initrd\noptions flat\n");
    file_put_text(names[seed], seed == 3 ? "entries a.conf b.conf none.conf\n"
                                         : "linux /vmlinux\ninitrd /boot/initrd\noptions flat\n");
    if (seed == 3) {
        file_put_text("\\a.conf", "linux /none\noptions a\n");
        file_put_text("\\loader.conf", "default b*\n");
    }
    expect_command_line("flat");
}

/* A file that cannot be opened is not taken for one that is not there. */
static void flat_closed(uint64_t seed)
{
    flat(seed);
    file_put_text("\\loader.conf", "default b*\n");
    medium_ways.closed = "loader.conf";
}

/* An EFI program, which the firmware does not find by the path in the entry. */
static void flat_program(uint64_t seed)
{
    (void)seed;
    machine_usual();
    put_card();
    file_put_text("\\pvhboot.conf", "efi /tools/shell.efi\n");
    file_put_text("\\shell.efi", "MZ, and so on");
    fake_program.path = "\\tools\\shell.efi";
    fake_program.given = "\\shell.efi";
}

static void check_flat(void)
{
    if (run_is_plain() && strstr(run_said(), "vmlinux: "))
        run_fail("something is said of the kernel");
}

/* ------------------------------------------------------------------------------------------------
 * Mistakes
 */

static const char *const mistakes[] = {
    "tftp://" PXE_SERVER "/vmlinux: No such file here",
    "tftp://" PXE_SERVER "/vmlinux: File not found",
    "do not say which server",
    "the server has none of the entries " UUID ".conf, " MAC ".conf, default.conf",
    "/pvhboot/default.conf: the server announced 60 bytes and sent 57",
    "the device that pvhboot was started from has no file system",
    "the device that pvhboot was started from has no file system",
};
static uint64_t mistake;

static void wrong(uint64_t seed)
{
    mistake = seed;
    pxe_ways.no_words = seed == 1;
    pxe_ways.not_started = seed == 5;
    pxe_ways.no_mode = seed == 6;
    start_from(seed == 2 ? "" : "pvhboot.efi");
    put_uuid();
    if (seed != 3)
        put_entry("", "default", "default");
    pxe_ways.grows = seed == 4 ? -3 : 0;
}

static void check_wrong(void)
{
    if (run_is_plain() && !strstr(run_said(), mistakes[mistake]))
        run_fail("the mistake is not named: %s", mistakes[mistake]);
}

/* Files that cannot be read, or not by TFTP; where blocks may have run out, that is said. */
static const struct {
    const char *file;
    uint64_t size;
    EFI_STATUS asked, read;
    const char *said, *unsaid;
} unread[] = {
    {"initrd", 65535 * 512, 0, EFI_TIMEOUT, "initrd: cannot be read from the server: Time Out",
     "65535 blocks"},
    {"initrd", 65536 * 512, 0, EFI_TIMEOUT,
     "initrd: cannot be read from the server: Time Out; 33554432 bytes may be more than 65535",
     "is said to have"},
    {"initrd", 4 * GIB, 0, EFI_TIMEOUT, "initrd: ", "is said to have"},
    {"initrd", 4 * GIB + 1, 0, EFI_TIMEOUT, "initrd: is said to have 4294967297 bytes",
     "65535 blocks"},
    {"initrd", INITRD, 0, EFI_TFTP_ERROR, "initrd: No such file here", "cannot be read"},
    {"initrd", 0, EFI_TIMEOUT, 0, "initrd: cannot be read from the server: Time Out", "bytes"},
    {"vmlinux", 4096, 0, EFI_TIMEOUT, "vmlinux: cannot be read from the server: Time Out", "bytes"},
};

static void cannot_read(uint64_t seed)
{
    mistake = seed;
    pxe_ways.odd_file = unread[seed].file;
    pxe_ways.odd_size = unread[seed].size;
    pxe_ways.odd_asked = unread[seed].asked;
    pxe_ways.odd_read = unread[seed].read;
    named(0);
}

static void check_unread(void)
{
    if (!strstr(run_said(), unread[mistake].said) || strstr(run_said(), unread[mistake].unsaid))
        run_fail("it does not say \"%s\" alone", unread[mistake].said);
}

/* The first name that is asked for is there (0), or the last one (1). */
static void first_name_in_menu(uint64_t seed)
{
    start_from("pvhboot.efi");
    put_uuid();
    put_files("");
    put_entry("", seed == 0 ? UUID : "default", "chosen");
    file_put_text("\\loader\\loader.conf", "timeout 2\n");
    expect_command_line("chosen");
}

/* A name that has no room in what is sent is not cut off. */
static void long_name(uint64_t seed)
{
    static char text[3000];
    size_t length = (size_t)snprintf(text, sizeof(text), "linux /");

    (void)seed;
    start_from("pvhboot.efi");
    put_files("");
    while (length < 1100)
        length += (size_t)snprintf(text + length, sizeof(text) - length, "directory/");
    snprintf(text + length, sizeof(text) - length, "vmlinux\n");
    file_put_text("\\pvhboot\\default.conf", text);
}

const struct scenario network_scenarios[] = {
    {"tftp-name", by_name, ENDING_BOOT, "vmlinux + initrd", .seeds = 3, .faults = true},
    {"tftp-base", below_base, ENDING_BOOT, "vmlinux + initrd", .seeds = 2},
    {"tftp-named-by", named_by, ENDING_BOOT, "vmlinux + initrd", .seeds = 4},
    {"tftp-list", list, ENDING_BOOT, "vmlinux + initrd", check_list, .faults = true},
    {"tftp-poor", poor, ENDING_BOOT, "vmlinux + initrd", check_poor, .seeds = 4, .faults = true},
    {"tftp-named", named, ENDING_BOOT, "vmlinux + initrd", check_named, .faults = true},
    {"tftp-pieces", in_pieces, ENDING_BOOT, "vmlinux + initrd", check_named},
    {"tftp-slow", slow, ENDING_BOOT, "initrd: 50 %", .lasts = 6100},
    {"flat-program", flat_program, ENDING_SUCCESS, .faults = true},
    {"flat-closed", flat_closed, ENDING_BOOT, "loader.conf: cannot be opened: Access Denied"},
    {"flat", flat, ENDING_BOOT, "vmlinux + initrd", check_flat, .seeds = 4, .faults = true},
    {"tftp-first-name", first_name_in_menu, ENDING_BOOT, "vmlinux + initrd", .seeds = 2},
    {"tftp-unread", cannot_read, ENDING_ERROR, NULL, check_unread, .seeds = ELEMENTS(unread)},
    {"tftp-long-name", long_name, ENDING_ERROR, "the path is too long", .lasts = 3100},
    {"tftp-wrong", wrong, ENDING_ERROR, NULL, check_wrong, .seeds = ELEMENTS(mistakes),
     .faults = true},
    {NULL},
};
