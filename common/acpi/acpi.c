/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/acpi/acpi.h"

#include "common/base/bytes.h"

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
#define MCFG_TRIES       4
#define PHYSICAL_END     (UINT64_C(1) << 52) /* of x86: Intel SDM, volume 3, 4.1.4 */

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

/* Where the window of one entry lies; false when it cannot be one. */
static bool read_window(const uint8_t *entry, struct range *ret_window)
{
    uint64_t base = read_le64(entry); /* of bus 0, listed or not */
    uint64_t first = entry[MCFG_START_BUS];
    uint64_t last = entry[MCFG_END_BUS];

    return base != 0 && base % ECAM_BYTES_A_BUS == 0 && first <= last &&
           checked_add(base, first * ECAM_BYTES_A_BUS, &ret_window->start) &&
           checked_add(base, (last + 1) * ECAM_BYTES_A_BUS, &ret_window->end) &&
           ret_window->end <= PHYSICAL_END;
}

static void read_mcfg(const uint8_t *mcfg, uint32_t length, struct acpi_windows *windows)
{
    if (!fits_inside(MCFG_FIRST, MCFG_ENTRY_SIZE, length))
        windows->damaged |= ACPI_MCFG;
    for (uint32_t at = MCFG_FIRST; fits_inside(at, MCFG_ENTRY_SIZE, length);
         at += MCFG_ENTRY_SIZE) {
        struct range window;

        if (windows->count < ACPI_ECAM_WINDOWS && read_window(mcfg + at, &window))
            windows->windows[windows->count++] = window;
        else
            windows->damaged |= ACPI_MCFG;
    }
}

/*
 * Goes through the root table, whose pointers are `width` bytes wide, to the first good MCFG. It
 * may name the same damaged table a hundred thousand times: a few are enough.
 */
static void search_root(struct acpi_memory *memory, const uint8_t *root, uint32_t root_length,
                        uint32_t width, struct acpi_windows *windows)
{
    unsigned tries = 0;

    for (uint32_t at = TABLE_HEADER; fits_inside(at, width, root_length) && tries < MCFG_TRIES;
         at += width) {
        uint64_t address = width == 8 ? read_le64(root + at) : read_le32(root + at);
        uint32_t length;
        const uint8_t *mcfg;

        if (!has_signature(memory, address, "MCFG"))
            continue;
        mcfg = find_table(memory, address, "MCFG", &length);
        if (mcfg) {
            read_mcfg(mcfg, length, windows);
            return;
        }
        windows->damaged |= ACPI_MCFG;
        tries++;
    }
}

/* False when there is no such root table, or a damaged one. */
static bool follow_root(struct acpi_memory *memory, uint64_t address, enum acpi_table kind,
                        struct acpi_windows *windows)
{
    uint32_t length;
    const uint8_t *root;

    root = find_table(memory, address, kind == ACPI_XSDT ? "XSDT" : "RSDT", &length);
    if (root)
        search_root(memory, root, length, kind == ACPI_XSDT ? 8 : 4, windows);
    else
        windows->damaged |= kind;
    return root;
}

void acpi_find_ecam(struct acpi_memory *memory, uint64_t rsdp, struct acpi_windows *ret_windows)
{
    const uint8_t *pointers = memory->map(memory, rsdp, RSDP_V1_SIZE);
    uint64_t rsdt;
    uint64_t xsdt = 0;

    *ret_windows = (struct acpi_windows){.count = 0};
    if (!pointers)
        return;
    rsdt = read_le32(pointers + RSDP_RSDT);
    if (pointers[RSDP_REVISION] >= 2) {
        pointers = memory->map(memory, rsdp, RSDP_V2_SIZE);
        xsdt = pointers ? read_le64(pointers + RSDP_XSDT) : 0;
    }
    if (xsdt == 0 || !follow_root(memory, xsdt, ACPI_XSDT, ret_windows))
        follow_root(memory, rsdt, ACPI_RSDT, ret_windows);
}

static bool holds_memory(const struct memory_map *map, struct range window)
{
    const struct memory_range *range = memory_map_find(map, window.start);

    for (; range && range < map->ranges + map->count && range->range.start < window.end; range++) {
        if (memory_is_ram(range->class) || range->class == MEMORY_PERSISTENT)
            return true;
    }
    return false;
}

void acpi_drop_windows_over_memory(struct acpi_windows *windows, const struct memory_map *map)
{
    size_t count = 0;

    for (size_t i = 0; i < windows->count; i++) {
        if (holds_memory(map, windows->windows[i]))
            windows->damaged |= ACPI_MCFG;
        else
            windows->windows[count++] = windows->windows[i];
    }
    windows->count = count;
}
