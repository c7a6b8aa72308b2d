/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said about a machine before the kernel starts. */
#include "tests/firmware/scenarios/scenarios.h"

#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/scenarios/machines.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/support.h"

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
    {.name = NULL},
};
