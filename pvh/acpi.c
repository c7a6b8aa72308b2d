/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/acpi.h"

#include "common/bytes.h"

#include <string.h>

#define RSDP_V1_SIZE     20
#define RSDP_REVISION    15
#define RSDP_RSDT        16
#define RSDP_LENGTH      20
#define RSDP_XSDT        24
#define RSDP_V2_SIZE     36
#define RSDP_MAX_SIZE    256 /* it has been 36 bytes since ACPI 2.0 */
#define TABLE_LENGTH     4
#define TABLE_HEADER     36
#define TABLE_MAX_SIZE   MIB
#define MCFG_FIRST       44 /* behind the header and 8 reserved bytes */
#define MCFG_ENTRY_SIZE  16
#define MCFG_START_BUS   10
#define MCFG_END_BUS     11
#define ECAM_BYTES_A_BUS MIB

static bool sums_to_zero(const uint8_t *bytes, uint64_t length)
{
    uint8_t sum = 0;

    for (uint64_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + bytes[i]);
    return sum == 0;
}

bool acpi_check_rsdp(struct acpi_memory *memory, uint64_t address)
{
    const uint8_t *rsdp = memory->map(memory, address, RSDP_V1_SIZE);
    uint32_t length;

    if (!rsdp || memcmp(rsdp, "RSD PTR ", 8) != 0 || !sums_to_zero(rsdp, RSDP_V1_SIZE))
        return false;
    if (rsdp[RSDP_REVISION] < 2)
        return true;
    rsdp = memory->map(memory, address, RSDP_V2_SIZE);
    if (!rsdp)
        return false;
    length = read_le32(rsdp + RSDP_LENGTH);
    if (length < RSDP_V2_SIZE || length > RSDP_MAX_SIZE)
        return false;
    rsdp = memory->map(memory, address, length);
    return rsdp && sums_to_zero(rsdp, length);
}

/* A table whose signature, length and checksum are right, or NULL. */
static const uint8_t *find_table(struct acpi_memory *memory, uint64_t address,
                                 const char *signature, uint32_t *ret_length)
{
    const uint8_t *table = memory->map(memory, address, TABLE_HEADER);

    if (!table || memcmp(table, signature, 4) != 0)
        return NULL;
    *ret_length = read_le32(table + TABLE_LENGTH);
    if (*ret_length < TABLE_HEADER || *ret_length > TABLE_MAX_SIZE)
        return NULL;
    table = memory->map(memory, address, *ret_length);
    return table && sums_to_zero(table, *ret_length) ? table : NULL;
}

static bool has_signature(struct acpi_memory *memory, uint64_t address, const char *signature)
{
    const uint8_t *table = memory->map(memory, address, TABLE_HEADER);

    return table && memcmp(table, signature, 4) == 0;
}

static void read_mcfg(const uint8_t *mcfg, uint32_t length, struct acpi_windows *windows)
{
    for (uint32_t at = MCFG_FIRST; fits_inside(at, MCFG_ENTRY_SIZE, length);
         at += MCFG_ENTRY_SIZE) {
        uint64_t base = read_le64(mcfg + at); /* of bus 0, listed or not */
        uint64_t first = mcfg[at + MCFG_START_BUS];
        uint64_t last = mcfg[at + MCFG_END_BUS];
        struct range window;

        if (base == 0 || first > last || windows->count == ACPI_ECAM_WINDOWS ||
            !checked_add(base, first * ECAM_BYTES_A_BUS, &window.start) ||
            !checked_add(base, (last + 1) * ECAM_BYTES_A_BUS, &window.end)) {
            windows->damaged = true;
            continue;
        }
        windows->windows[windows->count++] = window;
    }
}

/* Goes through the root table, whose pointers are `width` bytes wide. */
static void search_root(struct acpi_memory *memory, const uint8_t *root, uint32_t root_length,
                        uint32_t width, struct acpi_windows *windows)
{
    for (uint32_t at = TABLE_HEADER; fits_inside(at, width, root_length); at += width) {
        uint64_t address = width == 8 ? read_le64(root + at) : read_le32(root + at);
        uint32_t length;
        const uint8_t *mcfg;

        if (!has_signature(memory, address, "MCFG"))
            continue;
        mcfg = find_table(memory, address, "MCFG", &length);
        if (mcfg)
            read_mcfg(mcfg, length, windows);
        else
            windows->damaged = true;
    }
}

void acpi_find_ecam(struct acpi_memory *memory, uint64_t address, struct acpi_windows *ret_windows)
{
    const uint8_t *rsdp = memory->map(memory, address, RSDP_V1_SIZE);
    const uint8_t *root;
    uint64_t root_address;
    uint32_t length;

    *ret_windows = (struct acpi_windows){.count = 0};
    if (!rsdp)
        return;
    if (rsdp[RSDP_REVISION] >= 2 && (rsdp = memory->map(memory, address, RSDP_V2_SIZE))) {
        root_address = read_le64(rsdp + RSDP_XSDT);
        root = root_address ? find_table(memory, root_address, "XSDT", &length) : NULL;
        if (root) {
            search_root(memory, root, length, 8, ret_windows);
            return;
        }
        ret_windows->damaged = root_address != 0;
    }
    rsdp = memory->map(memory, address, RSDP_V1_SIZE);
    root = rsdp ? find_table(memory, read_le32(rsdp + RSDP_RSDT), "RSDT", &length) : NULL;
    if (root)
        search_root(memory, root, length, 4, ret_windows);
    else
        ret_windows->damaged = true;
}
