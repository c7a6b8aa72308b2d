/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/acpi/coreboot_device.h"

#include "common/acpi/root_table.h"
#include "common/acpi/table_write.h"
#include "common/base/bytes.h"
#include "common/base/overflow.h"
#include "common/base/units.h"

#include <string.h>

/* ABI: FADT (ACPI 6.5, section 5.2.9). */
#define FADT_DSDT   40
#define FADT_X_DSDT 140

/* Laptops have up to 2 MiB of AML in all tables together. */
#define MOST_SEARCHED (16 * MIB)

#define SSDT_ADDRESS 85
#define SSDT_SIZE    89

/*
 * What iasl makes of tests/data/ssdt.asl, without length, checksum, address and size
 * (ACPI 6.5, sections 20.2 and 6.4.3.4).
 */
static const uint8_t ssdt_template[ACPI_COREBOOT_SSDT_SIZE] = {
    'S',  'S',  'D',  'T',  0,   0,    0,    0,    2,  0, /* signature, length, revision, checksum
                                                           */
    'P',  'V',  'H',  'B',  'T', ' ',                     /* OEM ID */
    'P',  'V',  'H',  'B',  'O', 'O',  'T',  ' ',         /* OEM table ID */
    1,    0,    0,    0,    'P', 'V',  'H',  'B',  1,  0, 0, 0, /* OEM revision, creator and its
                                                                   revision */
    0x10, 0x41, 0x04, '\\', '_', 'S',  'B',  '_',               /* Scope (\_SB) */
    0x5b, 0x82, 0x38, 'P',  'V', 'F',  'B',                     /* Device (PVFB) */
    0x08, '_',  'H',  'I',  'D', 0x0d,                          /* Name (_HID, "BOOT0000") */
    'B',  'O',  'O',  'T',  '0', '0',  '0',  '0',  0,           /* */
    0x08, '_',  'U',  'I',  'D', 0,                             /* Name (_UID, 0) */
    0x08, '_',  'C',  'R',  'S', 0x11, 0x11, 0x0a, 14,          /* Name (_CRS, Buffer (14) */
    0x86, 9,    0,    0,    0,   0,    0,    0,    0,  0, 0, 0, 0x79,
    0,                                       /* Memory32Fixed (ReadOnly, ...), end tag */
    0x08, '_',  'S',  'T',  'A', 0x0a, 0x0b, /* Name (_STA, 0x0B) */
};

void acpi_write_coreboot_ssdt(uint8_t *ssdt, uint32_t address, uint32_t size)
{
    memcpy(ssdt, ssdt_template, sizeof(ssdt_template));
    write_le32(ssdt + SSDT_ADDRESS, address);
    write_le32(ssdt + SSDT_SIZE, size);
    acpi_finish_table(ssdt, sizeof(ssdt_template));
}

#define NAME_LENGTH 8

/*
 * By how much less than NAME_LENGTH a search may go on when the last byte of its window is this
 * one: Horspool's algorithm for both names together. Most bytes of AML are in neither, so that one
 * in eight is looked at.
 */
static const uint8_t less[256] = {['0'] = 7, ['B'] = 6, ['C'] = 5, ['G'] = 4, ['T'] = 4, ['O'] = 3};

static bool names_device(const uint8_t *bytes, uint32_t length)
{
    for (uint32_t end = NAME_LENGTH; end <= length; end += NAME_LENGTH - less[bytes[end - 1]]) {
        const uint8_t *window = bytes + end - NAME_LENGTH;

        if (bytes[end - 1] == '0' && (memcmp(window, "BOOT0000", NAME_LENGTH) == 0 ||
                                      memcmp(window, "GOOGCB00", NAME_LENGTH) == 0))
            return true;
    }
    return false;
}

struct search {
    struct acpi_memory *memory;
    uint64_t left; /* bytes that may still be searched */
    bool found;
};

/* Maps the whole table at `address`, whatever its checksum: kernels use it all the same. */
static const uint8_t *map_table(struct search *search, uint64_t address, uint32_t *ret_length)
{
    const uint8_t *table =
        address ? search->memory->map(search->memory, address, ACPI_HEADER_SIZE) : NULL;

    if (!table)
        return NULL;
    *ret_length = read_le32(table + ACPI_TABLE_LENGTH);
    return *ret_length >= ACPI_HEADER_SIZE
               ? search->memory->map(search->memory, address, *ret_length)
               : NULL;
}

static void search_table(struct search *search, uint64_t address)
{
    uint32_t length;
    const uint8_t *table = map_table(search, address, &length);

    if (!table)
        return;
    search->found = length > search->left || names_device(table, length);
    search->left -= min_u64(length, search->left);
}

/* FADT has two pointers to DSDT, and kernels differ in which one they use. */
static void search_dsdt(struct search *search, uint64_t address)
{
    uint32_t length;
    const uint8_t *fadt = map_table(search, address, &length);
    uint64_t dsdt, other;

    if (!fadt || !fits_inside(FADT_DSDT, 4, length))
        return;
    dsdt = read_le32(fadt + FADT_DSDT);
    other = fits_inside(FADT_X_DSDT, 8, length) ? read_le64(fadt + FADT_X_DSDT) : dsdt;
    search_table(search, dsdt);
    if (!search->found && other != dsdt)
        search_table(search, other);
}

/* The tables that kernels read as code (ACPICA's acpi_tb_load_namespace()). */
static bool has_code(const uint8_t *table)
{
    return memcmp(table, "SSDT", 4) == 0 || memcmp(table, "PSDT", 4) == 0 ||
           memcmp(table, "OSDT", 4) == 0;
}

bool acpi_has_coreboot_device(struct acpi_memory *memory, const struct acpi_root *xsdt)
{
    struct search search = {memory, MOST_SEARCHED, false};

    for (uint32_t i = 0; i < xsdt->count && !search.found; i++) {
        const uint8_t *table = memory->map(memory, xsdt->tables[i], ACPI_HEADER_SIZE);

        if (table && has_code(table))
            search_table(&search, xsdt->tables[i]);
        else if (table && memcmp(table, "FACP", 4) == 0)
            search_dsdt(&search, xsdt->tables[i]);
    }
    return search.found;
}
