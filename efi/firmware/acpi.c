/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/acpi.h"

#include "common/acpi/rsdp.h"
#include "efi/firmware/system_table.h"
#include "pvh/ecam.h"

/*
 * Tables may be in memory of almost any type. Not in MMIO, whose reads may have side effects, and
 * not in free memory, which the firmware may allocate for anything else, nor in what has been given
 * to the kernel.
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
    case MEMORY_OVERRIDDEN:
        return false;
    default:
        return true;
    }
}

/* The ROM area above it is allowed: some firmware keeps tables there. */
static const struct range vga_memory = {0xa0000, 0xc0000};

/* Finds the class of the first part of `range` that cannot hold tables; false if there is none. */
static bool find_obstacle(const struct memory_map *map, struct range range,
                          enum memory_class *ret_class)
{
    while (range.start < range.end) {
        const struct memory_range *part = memory_map_find(map, range.start);

        *ret_class = part && part->range.start <= range.start ? part->class : MEMORY_NONE;
        if (*ret_class == MEMORY_NONE || !may_hold_tables(*ret_class))
            return true;
        range.start = part->range.end;
    }
    return false;
}

static const uint8_t *map_memory(struct acpi_memory *memory, uint64_t address, uint64_t length)
{
    const struct memory_map *map = ((struct acpi_reader *)memory)->map;
    struct range range = {address, 0};
    enum memory_class class;

    /* A missing table may be a null pointer, and some firmware leaves page 0 unmapped. */
    if (address < PAGE_SIZE || !checked_add(address, length, &range.end) ||
        !is_addressable(range.end) || range_overlaps(range, vga_memory) ||
        find_obstacle(map, range, &class))
        return NULL;
    return (const uint8_t *)(uintptr_t)address;
}

static bool touches_ram(const struct memory_map *map, struct range range)
{
    const struct memory_range *part = memory_map_find(map, range.start);
    const struct memory_range *end = map->ranges + map->count;

    for (; part && part < end && part->range.start < range.end; part++) {
        if (memory_is_ram(part->class))
            return true;
    }
    return false;
}

static bool is_ram(struct acpi_memory *memory, uint64_t address, uint64_t length)
{
    struct range range = {address, 0};

    if (!checked_add(address, length, &range.end))
        range.end = UINT64_MAX;
    return touches_ram(((struct acpi_reader *)memory)->map, range);
}

struct acpi_reader acpi_reader(const struct memory_map *map)
{
    return (struct acpi_reader){{map_memory, is_ram}, map};
}

uint64_t acpi_readable_bytes(const struct memory_map *map, uint64_t address)
{
    struct range range = {address, address};
    const struct memory_range *part = memory_map_find(map, address);

    if (address < PAGE_SIZE || !is_addressable(address))
        return 0;
    while (part && part->range.start <= range.end && may_hold_tables(part->class)) {
        range.end = part->range.end;
        part = memory_map_find(map, range.end);
    }
    if (range_overlaps(range, vga_memory))
        range.end = vga_memory.start;
    return min_u64(range_size(range), UINTPTR_MAX - address);
}

/* True if a table at `place` is rejected because that memory is free. */
static bool is_in_free_memory(const struct memory_map *map, struct range place)
{
    enum memory_class class;

    return place.start >= PAGE_SIZE && find_obstacle(map, place, &class) &&
           class == MEMORY_CONVENTIONAL;
}

struct collector {
    struct acpi_visitor visitor; /* first, so that it can be cast back */
    const struct memory_map *map;
    struct acpi_ranges *occupied;
};

static bool occupy(struct acpi_visitor *visitor, struct range table)
{
    struct collector *collector = (struct collector *)visitor;

    return !touches_ram(collector->map, table) || acpi_ranges_add(collector->occupied, table);
}

static bool check_missing(struct acpi_visitor *visitor, struct range place)
{
    const struct collector *collector = (const struct collector *)visitor;

    return !is_in_free_memory(collector->map, place);
}

/* Lists the RAM that the RSDP's tables occupy; false if they cannot be preserved. */
static bool keep_tables(struct acpi_reader *reader, uint64_t rsdp, struct acpi_ranges *occupied)
{
    struct collector collector = {{occupy, check_missing}, reader->map, occupied};

    occupied->count = 0;
    return acpi_visit_tables(&reader->memory, rsdp, &collector.visitor);
}

static void try_rsdp(struct acpi_reader *reader, int version, struct acpi_tables *tables)
{
    uint64_t address = system_table_find_rsdp(version == ACPI_2_0);
    const struct range place = {address, address + 1};

    if (!address)
        return;
    if (is_in_free_memory(reader->map, place)) {
        tables->unsafe_rsdp[version] = address;
    } else if (!acpi_check_rsdp(&reader->memory, address)) {
        tables->damaged_rsdp[version] = address;
    } else if (!keep_tables(reader, address, &tables->occupied)) {
        tables->unsafe_rsdp[version] = address;
        tables->occupied.count = 0;
    } else {
        tables->rsdp = address;
    }
}

void acpi_collect(const struct memory_map *map, struct acpi_tables *ret_tables)
{
    struct acpi_reader reader = acpi_reader(map);

    *ret_tables = (struct acpi_tables){.rsdp = 0};
    for (int version = ACPI_VERSIONS - 1; version >= 0 && !ret_tables->rsdp; version--)
        try_rsdp(&reader, version, ret_tables);
    if (!ret_tables->rsdp)
        return;
    acpi_find_ecam(&reader.memory, ret_tables->rsdp, &ret_tables->ecam);
    acpi_find_serial(&reader.memory, ret_tables->rsdp, &ret_tables->serial);
    ecam_drop_over_memory(&ret_tables->ecam, map);
}
