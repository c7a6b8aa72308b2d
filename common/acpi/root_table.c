/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/acpi/root_table.h"

#include "common/acpi/rsdp.h"
#include "common/base/bytes.h"
#include "common/base/overflow.h"
#include "common/base/units.h"

#include <string.h>

#define TABLE_MAX_SIZE MIB

/* A root table of 1 MiB may list a damaged table over 100,000 times; give up after a few. */
#define MAX_TRIES 4

static bool has_signature(struct acpi_memory *memory, uint64_t address, const char *signature)
{
    const uint8_t *table = memory->map(memory, address, ACPI_HEADER_SIZE);

    return table && memcmp(table, signature, 4) == 0;
}

const uint8_t *acpi_check_table(struct acpi_memory *memory, uint64_t address, const char *signature,
                                uint32_t *ret_length)
{
    const uint8_t *table = memory->map(memory, address, ACPI_HEADER_SIZE);

    if (!table || memcmp(table, signature, 4) != 0)
        return NULL;
    *ret_length = read_le32(table + ACPI_TABLE_LENGTH);
    if (*ret_length < ACPI_HEADER_SIZE || *ret_length > TABLE_MAX_SIZE)
        return NULL;
    table = memory->map(memory, address, *ret_length);
    return table && acpi_sums_to_zero(table, *ret_length) ? table : NULL;
}

/* Searches a root table, whose pointers have `width` bytes, for the first valid table. */
static void search_root(struct acpi_memory *memory, const uint8_t *root, uint32_t root_length,
                        uint32_t width, const char *signature, struct acpi_table *table)
{
    unsigned tries = 0;

    for (uint32_t at = ACPI_HEADER_SIZE; fits_inside(at, width, root_length) && tries < MAX_TRIES;
         at += width) {
        uint64_t address = width == 8 ? read_le64(root + at) : read_le32(root + at);

        if (!has_signature(memory, address, signature))
            continue;
        table->bytes = acpi_check_table(memory, address, signature, &table->length);
        if (table->bytes)
            return;
        table->damaged |= ACPI_DAMAGED_TABLE;
        tries++;
    }
}

/* Returns false if the root table is missing or damaged. */
static bool follow_root(struct acpi_memory *memory, uint64_t address, enum acpi_damage kind,
                        const char *signature, struct acpi_table *table)
{
    bool wide = kind == ACPI_DAMAGED_XSDT;
    uint32_t length;
    const uint8_t *root = acpi_check_table(memory, address, wide ? "XSDT" : "RSDT", &length);

    if (root)
        search_root(memory, root, length, wide ? 8 : 4, signature, table);
    else
        table->damaged |= kind;
    return root;
}

struct acpi_table acpi_find_table(struct acpi_memory *memory, uint64_t rsdp, const char *signature)
{
    struct acpi_table table = {.bytes = NULL};
    struct acpi_roots roots;
    bool is_found;

    if (!acpi_read_rsdp(memory, rsdp, &roots))
        return table;
    is_found =
        roots.xsdt != 0 && follow_root(memory, roots.xsdt, ACPI_DAMAGED_XSDT, signature, &table);
    /* Beside an XSDT, which may be damaged, there need not be an RSDT. */
    if (!is_found && (roots.xsdt == 0 || roots.rsdt != 0))
        follow_root(memory, roots.rsdt, ACPI_DAMAGED_RSDT, signature, &table);
    return table;
}
