/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ACPI tables, of any content, which may change while they are read: nothing outside what
 * acpi_memory.map() gave is read, and what is said of tables is bounded.
 * Bounds: none for a table; up to three PCI windows; RANGES ranges of tables.
 *
 * with: tests/proof/proof_memory.c
 * cbmc: -DRANGES=1 --unwind 9 --unwindset memcmp.0:9,memcpy.0:8,memcpy.1:1,move_up.0:8,move_up.1:1
 * full: -DRANGES=3 --unwind 9 --unwindset memcmp.0:9,memcpy.0:8,memcpy.1:1,move_up.0:8,move_up.1:1
 * slow: prove_ranges
 */
#include "common/acpi/mcfg.c"
#undef TABLE_MAX_SIZE
#include "common/acpi/table_walk.c"
#include "tests/proof/nondet.h"

#include <stdlib.h>

static uint64_t walked; /* bytes of the table that was found last */

static const uint8_t *map_anything(struct acpi_memory *memory, uint64_t address, uint64_t length)
{
    (void)memory;
    (void)address;
    PROVE(length > 0 && length <= TABLE_MAX_SIZE, "what is mapped is bounded");
    return nondet_bool() ? malloc(length) : NULL;
}

static bool found_anything(struct acpi_visitor *visitor, struct range table)
{
    (void)visitor;
    walked = range_size(table);
    return nondet_bool();
}

static struct acpi_memory memory = {.map = map_anything};
static struct acpi_visitor visitor = {found_anything, found_anything};

static void prove_window(void)
{
    uint8_t entry[ENTRY_SIZE];
    struct range window;

    __CPROVER_havoc_object(entry);
    if (!read_window(entry, &window))
        return;
    PROVE(window.start < window.end && window.end <= PHYSICAL_END,
          "a window is where memory can be");
    PROVE(window.start % MIB == 0 && window.end % MIB == 0 && range_size(window) <= 256 * MIB,
          "it has a MiB for each of its buses");
}

static void prove_entries(uint32_t length, size_t count)
{
    struct acpi_windows windows = {.count = count};
    struct acpi_table mcfg = {.length = length};

    ASSUME(length <= FIRST_ENTRY + 3 * ENTRY_SIZE + 15 && count <= ACPI_ECAM_WINDOWS);
    mcfg.bytes = malloc(length);
    ASSUME(mcfg.bytes);
    read_entries(&mcfg, &windows);
    PROVE(windows.count <= ACPI_ECAM_WINDOWS, "the list stays inside its array");
    PROVE(length >= FIRST_ENTRY + ENTRY_SIZE || windows.damaged,
          "a table without entries is damaged");
}

static void prove_visit(uint64_t address)
{
    struct walk walk = {&memory, &visitor};
    struct visited table;

    if (!visit(&walk, address, &table) || !table.bytes)
        return;
    PROVE(table.length >= ACPI_HEADER_SIZE && table.length <= TABLE_MAX_SIZE,
          "a table's size is sane");
    PROVE(__CPROVER_r_ok(table.bytes, table.length), "all of it can be read");
    PROVE(walked == table.length, "all of it is told");
}

static void prove_field(uint32_t offset, bool wide)
{
    struct walk walk = {&memory, &visitor};
    struct visited fadt = {NULL, nondet_u32()};

    ASSUME(fadt.length >= ACPI_HEADER_SIZE && fadt.length <= 512);
    fadt.bytes = malloc(fadt.length);
    ASSUME(fadt.bytes);
    (void)visit_field(&walk, &fadt, offset, wide ? 8 : 4);
}

/* Tables overlap or not, and touch or not. */
static void prove_ranges(struct range range, uint64_t address)
{
    static struct acpi_ranges ranges;
    bool before = false, after = false;
    struct range pages;

    ASSUME(range.start < range.end && range.end < UINT64_MAX - PAGE_SIZE);
    pages = range_to_pages(range);
    ranges.count = nondet_size();
    ASSUME(ranges.count <= RANGES);
    for (size_t i = 0; i < ranges.count; i++) {
        ranges.items[i] = (struct range){nondet_u64(), nondet_u64()};
        ASSUME(ranges.items[i].start < ranges.items[i].end);
        ASSUME(i == 0 || ranges.items[i - 1].end < ranges.items[i].start);
        before |= range_contains(ranges.items[i], address);
    }
    (void)acpi_ranges_add(&ranges, range);
    for (size_t i = 0; i < ranges.count; i++) {
        PROVE(ranges.items[i].start < ranges.items[i].end, "no range is empty");
        PROVE(i == 0 || ranges.items[i - 1].end < ranges.items[i].start,
              "ranges neither touch nor overlap");
        after |= range_contains(ranges.items[i], address);
    }
    PROVE(after == (before || range_contains(pages, address)),
          "the pages, and nothing else, are added");
}
