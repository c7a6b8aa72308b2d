/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said about a machine before the kernel starts. */
#include "tests/firmware/scenarios/scenarios.h"

#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/guest_overlay.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/fake/tpm.h"
#include "tests/firmware/scenarios/machines.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/support.h"

#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------------------------------------
 * MTRRs
 */

/* The gibibyte above 4 GiB is not write-back. */
static void uncached(uint64_t seed)
{
    (void)seed;
    setup_plain();
    firmware_ways.write_back = 4 * GIB;
    options_set("vmlinux quiet");
    expect_command_line("quiet");
}

static void uncached_kept(uint64_t seed)
{
    uncached(seed);
    options_set("vmlinux quiet disable_mtrr_trim");
    expect_command_line("quiet disable_mtrr_trim");
}

static void uncached_guest(uint64_t seed)
{
    uncached_kept(seed);
    firmware_ways.hypervisor = "KVMKVMKVM\0\0\0";
    firmware_ways.hypervisor_leaf = 0x40000000;
}

static void cached(uint64_t seed)
{
    uncached(seed);
    firmware_ways.write_back = 8 * GIB;
}

static void check_no_warning(void)
{
    if (strstr(run_said(), "warning"))
        run_fail("there is nothing to warn of");
}

/* ------------------------------------------------------------------------------------------------
 * The firmware's serial console
 */

#define ACPI_SPCR 336
#define SPCR_SIZE 84
#define XSDT_SIZE 52 /* with two pointers */

/* The usual machine, whose firmware has its console on the second port. */
static void put_serial_console(uint8_t address_space)
{
    uint8_t tables[ACPI_SIZE];
    uint8_t *xsdt = tables + ACPI_XSDT, *spcr = tables + ACPI_SPCR;

    setup_plain();
    acpi_make(tables, USUAL_ACPI, USUAL_ECAM);
    put_number(xsdt + 4, 4, XSDT_SIZE);
    put_number(xsdt + 44, 8, USUAL_ACPI + ACPI_SPCR);
    acpi_sign(xsdt, XSDT_SIZE, 9);
    memcpy(spcr, "SPCR", 4);
    put_number(spcr + 4, 4, SPCR_SIZE);
    spcr[8] = 4;
    spcr[40] = address_space;
    put_number(spcr + 44, 8, 0x2f8);
    spcr[58] = 7;
    acpi_sign(spcr, SPCR_SIZE, 9);
    physical_write(USUAL_ACPI, tables, ACPI_SIZE);
}

static void serial_console(uint64_t seed)
{
    (void)seed;
    put_serial_console(1);
    options_set("vmlinux");
}

static void serial_console_named(uint64_t seed)
{
    serial_console(seed);
    options_set("vmlinux console=ttyS1");
    expect_command_line("console=ttyS1");
}

static void serial_console_in_memory(uint64_t seed)
{
    (void)seed;
    put_serial_console(0);
    options_set("vmlinux");
}

static void check_no_advice(void)
{
    if (strstr(run_said(), "add console="))
        run_fail("a console is advised");
}

/* ------------------------------------------------------------------------------------------------
 * The line before the jump
 */

#define NO_CONSOLE "no console= was given: "
#define OWN_SCREEN "it goes on here if it has a framebuffer driver"
#define KEPT       "this screen stays until the kernel has a driver for it"

/* The files by their names without directories, of modules the first four; and each console=. */
static const struct {
    const char *options;
    size_t modules;
    bool is_linux;
    const char *line;
} lines[] = {
    {"/boot/vmlinux console=ttyS0,115200n8 quiet console=tty0 console=hvc0", 0, false,
     "PVH kernel: vmlinux, PVH entry 0x100040, 5 RAM ranges; console continues on ttyS0 and tty0 "
     "and hvc0\r\n"},
    {"/boot/vmlinux console= console=,9600 console=ttyS1 xconsole=tty2", 0, true,
     "Linux: vmlinux, PVH entry 0x100040, 5 RAM ranges; console continues on ttyS1\r\n"},
    {"/boot/vmlinux xconsole=ttyS1 console=", 0, false,
     "PVH kernel: vmlinux, PVH entry 0x100040, 5 RAM ranges; " NO_CONSOLE KEPT "\r\n"},
    {"--module=m1 --module=m2 --module=m3 --module=m4 /boot/vmlinux", 4, true,
     "Linux: vmlinux + m1 + m2 + m3 + m4, PVH entry 0x100040, 5 RAM ranges; " NO_CONSOLE OWN_SCREEN
     "\r\n"},
    {"--module=m1 --module=m2 --module=m3 --module=m4 --module=m5 --module=m6 /boot/vmlinux", 6,
     false, "PVH kernel: vmlinux + m1 + m2 + m3 + m4 + 2 more, PVH entry 0x100040, 5 RAM ranges; "},
    {"--dry-run /boot/vmlinux console=ttyS0", 0, false,
     "PVH kernel: vmlinux, PVH entry 0x100040, 5 RAM ranges; not started: dry run\r\n"},
};

static uint64_t chosen; /* row */

static void line(uint64_t seed)
{
    struct kernel_shape kernel = plain_kernel;
    const char *command_line = strstr(lines[seed].options, "/vmlinux") + strlen("/vmlinux");

    chosen = seed;
    machine_usual();
    kernel.is_linux = lines[seed].is_linux;
    put_kernel("\\boot\\vmlinux", &kernel);
    for (size_t i = 1; i <= lines[seed].modules; i++) {
        char path[10];

        snprintf(path, sizeof(path), "\\m%zu", i);
        put_module(path, 3000 + i, "");
    }
    options_set(lines[seed].options);
    expect_command_line(command_line + strspn(command_line, " "));
    if (strstr(lines[seed].options, "--dry-run"))
        run_expect(ENDING_SUCCESS);
}

static void check_line(void)
{
    check_all_said(&lines[chosen].line, 1);
}

/* ------------------------------------------------------------------------------------------------
 * How long it took
 */

#define PHASES 6

/* What is done in each phase takes its time; milliseconds. */
#define OF_OPEN    100
#define OF_MAP     1000
#define OF_MEASURE 3000
#define OF_MIB     1000
#define OF_PAGES   10

/* What else a phase may have taken, or the milliseconds' fractions, less. */
#define MORE 60
#define LESS 15

enum { TIMES_PLAIN, TIMES_STREAM, TIMES_UNPACKED, TIMES_STAGED, TIMES_MEASURED, TIMES };

/* About how long each phase takes. A kernel that is unpacked to memory is read twice. */
static const struct {
    const char *phase;
    unsigned wanted[TIMES];
} phases[PHASES] = {
    {", opening ", {2 * OF_OPEN, 2 * OF_OPEN, OF_OPEN, 2 * OF_OPEN, OF_OPEN}},
    {", reading ", {OF_MIB, 3 * OF_MIB / 2, 2 * OF_MIB, OF_MIB, OF_MIB / 50}},
    {", decoding ", {0, OF_PAGES, OF_OPEN, 0, 0}}, /* with the initrd's opening */
    {", placing ", {5 * OF_PAGES, 5 * OF_PAGES, 5 * OF_PAGES, 5 * OF_PAGES, 4 * OF_PAGES}},
    {", map ", {2 * OF_MAP, 2 * OF_MAP, 2 * OF_MAP, 3 * OF_MAP, 2 * OF_MAP}},
    {", measuring ", {0, 0, 0, 0, OF_MEASURE}},
};

static void times(uint64_t seed)
{
    chosen = seed;
    setup_plain();
    medium_ways.ticks_per_mib = OF_MIB * TICKS_PER_SECOND / 1000;
    if (seed == TIMES_MEASURED) {
        file_put_text("\\loader\\loader.conf", "timeout 0\n");
        file_put_text("\\loader\\entries\\a.conf", "linux /vmlinux\n");
        tpm_install();
        options_set("--verbose");
        return;
    }
    put_module("\\initrd", MIB, "");
    options_set("--verbose --initrd initrd vmlinux");
    if (seed == TIMES_STREAM || seed == TIMES_UNPACKED)
        put_large_kernel("\\vmlinux", MIB / 2, 0x200000, seed == TIMES_UNPACKED);
    if (seed == TIMES_STAGED)
        put_kernel("\\vmlinux", &driver_kernel);
}

static void take_time(enum service service, size_t call)
{
    static const unsigned milliseconds[SERVICE_COUNT] = {
        [SERVICE_FILE_OPEN] = OF_OPEN,
        [SERVICE_GET_MEMORY_MAP] = OF_MAP,
        [SERVICE_HASH_LOG_EXTEND_EVENT] = OF_MEASURE,
        [SERVICE_ALLOCATE_PAGES] = OF_PAGES,
    };

    (void)call;
    if (ledger_phase() == PHASE_RUNNING)
        ledger_advance(milliseconds[service] * TICKS_PER_SECOND / 1000);
}

static void check_times(void)
{
    const char *said = strstr(run_said(), "time in ms: firmware ");

    for (size_t i = 0; i < PHASES; i++) {
        const char *found = said ? strstr(said, phases[i].phase) : NULL;
        unsigned wanted = phases[i].wanted[chosen], spent = 0;

        if (found)
            (void)sscanf(found + strlen(phases[i].phase), "%u", &spent);
        if (spent + LESS < wanted || spent > wanted + MORE || (wanted == 0) != !found)
            run_fail("\"%s%u\" ms, not %u", phases[i].phase + 2, spent, wanted);
    }
}

/* ------------------------------------------------------------------------------------------------
 * The log that the kernel gets
 */

/* Lines that are in it once, whether they are shown or not; and that of times, or not. */
static const char *const logged[] = {
    "\n  span         0x100000-0x106344\n",
    "\ne820 1 0x100000 0x3d00000\n",
    "\ne820 2 0xb0000000 0xc0000000\n",
};

/* The clock is not measured for it (0), has been while loading took long (1), is for all to see (2)
 */
static void details(uint64_t seed)
{
    chosen = seed;
    setup_plain();
    put_module("\\initrd", 300000, "");
    options_set(seed == 2 ? "--verbose --initrd initrd vmlinux" : "--initrd initrd vmlinux");
    if (seed == 1)
        medium_ways.ticks_per_mib = 120 * TICKS_PER_SECOND;
}

static void check_logged_once(const char *text)
{
    if (overlay_count_logged(text) != 1)
        run_fail("\"%s\" is in the log %zu times", text, overlay_count_logged(text));
}

static void check_details(void)
{
    for (size_t i = 0; i < ELEMENTS(logged); i++)
        check_logged_once(logged[i]);
    if (overlay_count_logged("time in ms: ") != (chosen > 0))
        run_fail("the log has other times");
    if (chosen < 2 && strstr(run_said(), "span"))
        run_fail("what is for the log is shown");
}

/* A GUID, which some firmware passes. */
static void junk_options(uint64_t seed)
{
    static const uint8_t guid[] = {0x1e, 0xee, 0xab, 0x84, 0xd1, 0xff, 0x60, 0x47,
                                   0x8f, 0x01, 0x02, 0x00, 0xfe, 0xff, 0x31, 0xd8};

    (void)seed;
    setup_plain();
    file_put_text("\\loader\\entries\\a.conf", "linux /vmlinux\n");
    options_set_bytes(guid, sizeof(guid));
}

static void check_junk(void)
{
    check_logged_once("the load options (16 bytes) are not text and are ignored\n");
}

static void text_options(uint64_t seed)
{
    (void)seed;
    setup_plain();
    options_set("vmlinux");
}

static void check_text(void)
{
    if (overlay_count_logged("load options") > 0)
        run_fail("options that are text are called something else");
}

/* Where the firmware refuses to allocate, and where it runs. */
static void refusing(uint64_t seed)
{
    (void)seed;
    setup_plain();
    options_set("vmlinux");
    memory_ways.withheld = (struct range){0x101000, 0x120000};
    firmware_ways.processor = (struct processor_state){
        .stack_pointer = 0x200000, .page_table = 0x300000, .page_levels = 4};
    memory_ways.in_use[0] = (struct range){0x200000 - 64 * KIB, 0x200000 + 64 * KIB};
    memory_ways.in_use[1] = (struct range){0x300000, 0x300000 + 0x6000};
}

static void check_refusing(void)
{
    static const char *const wanted[] = {
        "the firmware runs in 0x1e0000-0x21ffff, which its map calls free\n",
        "the firmware runs in 0x300000-0x305fff, which its map calls free\n",
        "the firmware refuses to allocate 0x100000-0x106fff, which its map calls free\n",
    };

    for (size_t i = 0; i < ELEMENTS(wanted); i++)
        check_logged_once(wanted[i]);
}

/* ------------------------------------------------------------------------------------------------
 * ACPI tables that are not right
 */

#define FIRST_ACPI (USUAL_ACPI + 0x1000) /* of ACPI 1.0 */

static const char damaged_first[] =
    "warning: the ACPI 1.0 root pointer at 0x3e01000 is damaged and is ignored\r\n";
static const char damaged_second[] =
    "warning: the ACPI 2.0 root pointer at 0x3e00000 is damaged and is ignored\r\n";
static const char damaged_xsdt[] =
    "warning: the ACPI table XSDT is damaged and is ignored; a firmware update may fix it\r\n";
static const char damaged_rsdt[] =
    "warning: the ACPI table RSDT is damaged and is ignored; a firmware update may fix it\r\n";
static const char damaged_mcfg[] =
    "warning: the ACPI table MCFG is damaged and is ignored; a firmware update may fix it\r\n";
static const char no_logs[] = "is damaged, so the kernel gets no screen and no logs from pvhboot;";
static const char no_tables[] =
    "warning: the firmware has no ACPI tables; the kernel will find few devices\r\n";

static const struct {
    bool is_first;
    size_t damaged;       /* the place of a byte that is changed */
    const char *lines[3]; /* in their order; then NULL */
} broken_tables[] = {
    {false, ACPI_RSDP + 9, {damaged_second, no_tables}},
    {true, ACPI_RSDP + 9, {damaged_first, no_tables}},
    {false, ACPI_XSDT + 12, {damaged_xsdt, no_logs}}, /* and there is no RSDT */
    {true, ACPI_XSDT + 12, {damaged_rsdt, no_logs}},
    {false, ACPI_MCFG + 12, {damaged_mcfg}},
};

/* The tables of ACPI 1.0, which has an RSDT of pointers of four bytes, and of 2.0. */
static void broken_table(uint64_t seed)
{
    static const EFI_GUID guid = ACPI_TABLE_GUID;
    uint64_t place = broken_tables[seed].is_first ? FIRST_ACPI : USUAL_ACPI;
    uint8_t tables[ACPI_SIZE];

    chosen = seed;
    setup_without_acpi();
    acpi_make(tables, place, USUAL_ECAM);
    if (broken_tables[seed].is_first) {
        memcpy(tables + ACPI_XSDT, "RSDT", 4);
        tables[ACPI_RSDP + 15] = 0;
        put_number(tables + ACPI_RSDP + 16, 4, place + ACPI_XSDT);
        acpi_sign(tables + ACPI_RSDP, 20, 8);
        acpi_sign(tables + ACPI_XSDT, 44, 9);
    }
    tables[broken_tables[seed].damaged] ^= 1;
    if (broken_tables[seed].is_first) {
        physical_write(place, tables, sizeof(tables));
        configuration_add(&guid, place);
    } else {
        acpi_publish(tables, place);
    }
    if (broken_tables[seed].lines[1] != no_tables)
        expect_rsdp(place);
    expect_overlay_optional();
}

/* The lines about it, and no other warning. */
static void check_broken(void)
{
    size_t wanted = 0, count = count_said("warning: ");
    const char *said = run_said();

    for (; wanted < 3 && broken_tables[chosen].lines[wanted]; wanted++) {
        said = strstr(said, broken_tables[chosen].lines[wanted]);
        if (!said)
            run_fail("does not say \"%s\"", broken_tables[chosen].lines[wanted]);
    }
    if (count != wanted)
        run_fail("%zu warnings instead of %zu", count, wanted);
}

/* ------------------------------------------------------------------------------------------------
 * The list
 */

const struct scenario report_scenarios[] = {
    {"uncached", uncached, ENDING_BOOT,
     "warning: 1024.0 MiB of RAM is not write-back according to the MTRRs and may be slow; Linux "
     "leaves it unused unless disable_mtrr_trim is given"},
    {"uncached-kept", uncached_kept, ENDING_BOOT, "will be slow; a firmware update may fix it"},
    {"uncached-guest", uncached_guest, ENDING_BOOT, NULL, check_no_warning},
    {"cached", cached, ENDING_BOOT, NULL, check_no_warning},

    {"serial-console", serial_console, ENDING_BOOT,
     "has a driver for it; add console=ttyS1,115200 for the serial port\r\n", .faults = true},
    {"serial-console-named", serial_console_named, ENDING_BOOT, "console continues on ttyS1\r\n",
     check_no_advice},
    {"serial-console-in-memory", serial_console_in_memory, ENDING_BOOT, "has a driver for it\r\n",
     check_no_advice},

    {"report-line", line, ENDING_BOOT, NULL, check_line, .seeds = ELEMENTS(lines)},
    {"report-times", times, ENDING_BOOT, NULL, check_times, .hook = take_time, .seeds = TIMES},
    {"report-log", details, ENDING_BOOT, NULL, check_details, .seeds = 3},
    {"report-log-junk-options", junk_options, ENDING_BOOT, NULL, check_junk},
    {"report-log-options", text_options, ENDING_BOOT, NULL, check_text},
    {"report-log-refusing", refusing, ENDING_BOOT, NULL, check_refusing},
    {"report-acpi", broken_table, ENDING_BOOT, NULL, check_broken,
     .seeds = ELEMENTS(broken_tables)},
    {.name = NULL},
};
