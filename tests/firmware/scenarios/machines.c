/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/scenarios/machines.h"

#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/fake/screen.h"
#include "tests/lib/support.h"

#include <string.h>

#define RSDP_SIZE   36
#define HEADER_SIZE 36
#define XSDT_SIZE   (HEADER_SIZE + 8)
#define MCFG_SIZE   (HEADER_SIZE + 8 + 16)
#define SUM_OFFSET  9 /* offset of the checksum in a table */
#define LAST_BUS    0xff

void acpi_make(uint8_t tables[ACPI_SIZE], uint64_t address, uint64_t ecam)
{
    uint8_t *rsdp = tables + ACPI_RSDP, *xsdt = tables + ACPI_XSDT, *mcfg = tables + ACPI_MCFG;

    memset(tables, 0, ACPI_SIZE);
    memcpy(rsdp, "RSD PTR ", 8);
    rsdp[15] = 2;
    put_number(rsdp + 20, 4, RSDP_SIZE);
    put_number(rsdp + 24, 8, address + ACPI_XSDT);
    acpi_sign(rsdp, 20, 8);
    acpi_sign(rsdp, RSDP_SIZE, 32);
    memcpy(xsdt, "XSDT", 4);
    put_number(xsdt + 4, 4, XSDT_SIZE);
    put_number(xsdt + HEADER_SIZE, 8, address + ACPI_MCFG);
    acpi_sign(xsdt, XSDT_SIZE, SUM_OFFSET);
    memcpy(mcfg, "MCFG", 4);
    put_number(mcfg + 4, 4, MCFG_SIZE);
    put_number(mcfg + 44, 8, ecam);
    mcfg[44 + 11] = LAST_BUS;
    acpi_sign(mcfg, MCFG_SIZE, SUM_OFFSET);
}

void acpi_publish(const uint8_t tables[ACPI_SIZE], uint64_t address)
{
    static const EFI_GUID guid = ACPI_20_TABLE_GUID;

    physical_write(address, tables, ACPI_SIZE);
    configuration_add(&guid, address + ACPI_RSDP);
}

void machine_add_acpi(uint64_t address)
{
    uint8_t tables[ACPI_SIZE];

    acpi_make(tables, address, USUAL_ECAM);
    acpi_publish(tables, address);
    expect_rsdp(address + ACPI_RSDP);
    expect_ecam((struct range){USUAL_ECAM, USUAL_ECAM + (LAST_BUS + 1) * MIB});
}

struct fake_screen machine_screen;

void machine_add_screen(void)
{
    screen_make_usual(&machine_screen);
    screen_install(&machine_screen);
    expect_screen(&usual_framebuffer);
}

void machine_add_low(void)
{
    physical_add(EfiBootServicesCode, 0, HOST_MEMORY_START);
    physical_add(EfiConventionalMemory, HOST_MEMORY_START, 0xa0000);
}

void machine_add_high(void)
{
    physical_add(EfiReservedMemoryType, USUAL_ECAM, USUAL_ECAM + 256 * MIB);
    physical_add_with(EfiMemoryMappedIO, 0xffc00000, 4 * GIB, 1);
    physical_add(EfiConventionalMemory, 4 * GIB, 5 * GIB);
}

void machine_add_tables(void)
{
    physical_add(EfiACPIReclaimMemory, USUAL_ACPI, USUAL_NVS);
    machine_add_high();
    machine_add_acpi(USUAL_ACPI);
}

void machine_usual(void)
{
    static const struct {
        uint32_t type;
        uint64_t end;
    } ranges[] = {
        {EfiConventionalMemory, USUAL_DRIVERS}, {EfiBootServicesData, USUAL_DRIVERS_END},
        {EfiConventionalMemory, 0x3000000},     {EfiLoaderCode, 0x3040000}, /* the loader itself */
        {EfiConventionalMemory, 0x3c00000},     {EfiBootServicesCode, 0x3d00000},
        {EfiRuntimeServicesCode, 0x3d80000},    {EfiRuntimeServicesData, USUAL_ACPI},
        {EfiACPIReclaimMemory, USUAL_NVS},      {EfiACPIMemoryNVS, 0x3e20000},
        {EfiConventionalMemory, 0x3f00000},     {EfiBootServicesData, USUAL_TOP},
    };
    uint64_t start = 0x100000;

    machine_add_low();
    for (size_t i = 0; i < ELEMENTS(ranges); i++) {
        physical_add(ranges[i].type, start, ranges[i].end);
        start = ranges[i].end;
    }
    machine_add_high();
    machine_add_acpi(USUAL_ACPI);
    machine_add_screen();
}
