/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/acpi.h"

#include "common/acpi/rsdp.h"
#include "efi/firmware/system_table.h"
#include "pvh/ecam.h"

struct mapped_memory {
    struct acpi_memory memory; /* first, so that it can be cast back */
    const struct memory_map *map;
};

/*
 * Tables may be in memory of almost any type. Not in MMIO, whose reads may have side effects, and
 * not in free memory, where the kernel may be loaded over them.
 */
static bool may_hold_tables(enum memory_class class)
{
    switch (class) {
    case MEMORY_CONVENTIONAL:
    case MEMORY_LARGE_MMIO:
    case MEMORY_MMIO:
    case MEMORY_MMIO_PORT:
    case MEMORY_ECAM:
    case MEMORY_UNACCEPTED:
    case MEMORY_UNUSABLE:
        return false;
    default:
        return true;
    }
}

/* The ROM area above it is allowed: some firmware keeps tables there. */
static const struct range vga_memory = {0xa0000, 0xc0000};

static const uint8_t *map_memory(struct acpi_memory *memory, uint64_t address, uint64_t length)
{
    const struct memory_map *map = ((struct mapped_memory *)memory)->map;
    uint64_t position = address;
    uint64_t end;

    /* A missing table may be a null pointer, and some firmware leaves page 0 unmapped. */
    if (address < PAGE_SIZE || !checked_add(address, length, &end) ||
        range_overlaps((struct range){address, end}, vga_memory))
        return NULL;
    while (position < end) {
        const struct memory_range *range = memory_map_find(map, position);

        if (!range || range->range.start > position || !may_hold_tables(range->class))
            return NULL;
        position = range->range.end;
    }
    return (const uint8_t *)(uintptr_t)address;
}

void acpi_collect(const struct memory_map *map, struct acpi_tables *ret_tables)
{
    struct mapped_memory mapped = {{map_memory}, map};

    *ret_tables = (struct acpi_tables){.rsdp = 0};
    for (int version = ACPI_VERSIONS - 1; version >= 0 && !ret_tables->rsdp; version--) {
        uint64_t address = system_table_find_rsdp(version == ACPI_2_0);

        if (address && acpi_check_rsdp(&mapped.memory, address))
            ret_tables->rsdp = address;
        else
            ret_tables->damaged_rsdp[version] = address;
    }
    if (!ret_tables->rsdp)
        return;
    acpi_find_ecam(&mapped.memory, ret_tables->rsdp, &ret_tables->ecam);
    ecam_drop_over_memory(&ret_tables->ecam, map);
}
