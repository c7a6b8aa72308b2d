/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer: ACPI's tables. The input is memory from BASE on, with the RSDP at its start. A first
 * byte with its lowest bit clear has the checksums mended, or no fuzzer would get past them.
 */
#include "tests/fuzz/fuzz_tables.h"

#include "common/acpi/mcfg.h"
#include "common/acpi/rsdp.h"
#include "common/acpi/spcr.h"
#include "common/acpi/table_walk.h"
#include "pvh/ecam.h"

/* The results of walking all tables. */
struct table_list {
    struct acpi_visitor visitor; /* first, so that it can be cast back */
    struct acpi_ranges ranges;
};

static void require_windows(const struct acpi_windows *windows)
{
    require(windows->count <= ACPI_ECAM_WINDOWS);
    require(windows->damaged <= (ACPI_DAMAGED_XSDT | ACPI_DAMAGED_RSDT | ACPI_DAMAGED_TABLE));
    for (size_t i = 0; i < windows->count; i++) {
        require(range_size(windows->windows[i]) > 0);
        require(range_size(windows->windows[i]) <= 256 * MIB);
        require(windows->windows[i].start % MIB == 0);
        require(windows->windows[i].end <= UINT64_C(1) << 52);
    }
}

static bool require_found(struct acpi_visitor *visitor, struct range table)
{
    struct acpi_ranges *ranges = &((struct table_list *)visitor)->ranges;

    require(table.start >= BASE && table.end > table.start);
    return acpi_ranges_add(ranges, table);
}

static bool ignore_missing(struct acpi_visitor *visitor, struct range place)
{
    (void)visitor;
    require(place.end >= place.start);
    return true;
}

static void list_tables(struct fuzzed_memory *fuzzed)
{
    struct table_list list = {.visitor = {require_found, ignore_missing}};

    (void)acpi_visit_tables(&fuzzed->memory, BASE, &list.visitor);
    require(list.ranges.count <= ACPI_TABLE_RANGES);
    for (size_t i = 0; i < list.ranges.count; i++) {
        require(range_size(list.ranges.items[i]) > 0);
        require(i == 0 || list.ranges.items[i - 1].end < list.ranges.items[i].start);
    }
}

static void read_tables(struct fuzzed_memory *fuzzed)
{
    static struct memory_range ranges[] = {{{BASE, 0x80000000}, MEMORY_CONVENTIONAL}};
    const struct memory_map ram = {.ranges = ranges, .count = ELEMENTS(ranges)};
    struct acpi_windows windows;
    struct acpi_serial serial;

    if (acpi_check_rsdp(&fuzzed->memory, BASE)) {
        require(memcmp(fuzzed->bytes, "RSD PTR ", 8) == 0);
        list_tables(fuzzed);
    }
    acpi_find_ecam(&fuzzed->memory, BASE, &windows);
    require_windows(&windows);
    acpi_find_serial(&fuzzed->memory, BASE, &serial);
    require(serial.number < 4 && (serial.present || !serial.baud));
    ecam_drop_over_memory(&windows, &ram);
    for (size_t i = 0; i < windows.count; i++)
        require(!range_overlaps(windows.windows[i], ranges[0].range));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzzed_memory fuzzed;

    if (size < 1)
        return -1;
    fuzzed = open_memory(data + 1, size - 1, !(data[0] & 1));
    read_tables(&fuzzed);
    close_memory(&fuzzed);
    return 0;
}
