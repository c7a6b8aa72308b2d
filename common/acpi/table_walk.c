/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/acpi/table_walk.h"

#include "common/acpi/root_table.h"
#include "common/acpi/rsdp.h"
#include "common/base/bytes.h"
#include "common/base/overflow.h"

#include <string.h>

#define TABLE_MAX_SIZE (16 * MIB) /* the largest known are DSDTs of some 100 KiB */
#define ROOT_MAX_SIZE  MIB        /* bounds the work: 131,072 tables */

/* ABI: FADT (ACPI 6.5, section 5.2.9); old tables are shorter. */
#define FADT_FACS   36
#define FADT_DSDT   40
#define FADT_X_FACS 132
#define FADT_X_DSDT 140

struct walk {
    struct acpi_memory *memory;
    struct acpi_visitor *visitor;
};

/* A table being visited. */
struct visited {
    const uint8_t *bytes; /* NULL for none */
    uint32_t length;
};

static bool tell_missing(struct walk *walk, uint64_t address, uint64_t length)
{
    struct range place = {address, 0};

    if (!checked_add(address, length, &place.end))
        place.end = UINT64_MAX;
    return walk->visitor->missing(walk->visitor, place);
}

/* Names consist of capital letters and digits; some firmware uses underscores. */
static bool has_name(const uint8_t *table)
{
    for (size_t i = 0; i < 4; i++) {
        uint8_t c = table[i];

        if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '_')
            return false;
    }
    return true;
}

static bool visit(struct walk *walk, uint64_t address, struct visited *ret_table)
{
    struct range table = {address, address};
    const uint8_t *header;
    uint32_t length;

    *ret_table = (struct visited){NULL, 0};
    if (address == 0)
        return true;
    header = walk->memory->map(walk->memory, address, ACPI_HEADER_SIZE);
    if (!header)
        return tell_missing(walk, address, ACPI_HEADER_SIZE);
    length = read_le32(header + ACPI_TABLE_LENGTH);
    if (!has_name(header) || length < ACPI_HEADER_SIZE || length > TABLE_MAX_SIZE)
        return true;
    if (!checked_add(address, length, &table.end))
        return tell_missing(walk, address, length);
    header = walk->memory->map(walk->memory, address, length);
    if (!header)
        return tell_missing(walk, address, length);
    *ret_table = (struct visited){header, length};
    return walk->visitor->found(walk->visitor, table);
}

/* Visits the table that a FADT field of `width` bytes points to, if FADT is long enough for it. */
static bool visit_field(struct walk *walk, const struct visited *fadt, uint32_t offset,
                        uint32_t width)
{
    struct visited table;

    if (!fits_inside(offset, width, fadt->length))
        return true;
    return visit(walk,
                 width == 8 ? read_le64(fadt->bytes + offset) : read_le32(fadt->bytes + offset),
                 &table);
}

static bool visit_named(struct walk *walk, uint64_t address)
{
    struct visited table;

    if (!visit(walk, address, &table))
        return false;
    if (!table.bytes || memcmp(table.bytes, "FACP", 4) != 0)
        return true;
    return visit_field(walk, &table, FADT_FACS, 4) && visit_field(walk, &table, FADT_DSDT, 4) &&
           visit_field(walk, &table, FADT_X_FACS, 8) && visit_field(walk, &table, FADT_X_DSDT, 8);
}

static bool visit_root(struct walk *walk, uint64_t address, uint32_t width)
{
    struct visited root;

    if (!visit(walk, address, &root))
        return false;
    if (!root.bytes || root.length > ROOT_MAX_SIZE ||
        memcmp(root.bytes, width == 8 ? "XSDT" : "RSDT", 4) != 0 ||
        !acpi_sums_to_zero(root.bytes, root.length))
        return true;
    for (uint32_t at = ACPI_HEADER_SIZE; fits_inside(at, width, root.length); at += width) {
        if (!visit_named(walk,
                         width == 8 ? read_le64(root.bytes + at) : read_le32(root.bytes + at)))
            return false;
    }
    return true;
}

bool acpi_visit_tables(struct acpi_memory *memory, uint64_t rsdp, struct acpi_visitor *visitor)
{
    struct walk walk = {memory, visitor};
    struct acpi_roots roots;

    if (!acpi_read_rsdp(memory, rsdp, &roots))
        return true;
    return visitor->found(visitor, (struct range){rsdp, rsdp + roots.rsdp_size}) &&
           visit_root(&walk, roots.xsdt, 8) && visit_root(&walk, roots.rsdt, 4);
}

static uint64_t total_size(const struct acpi_ranges *ranges)
{
    uint64_t size = 0;

    for (size_t i = 0; i < ranges->count; i++)
        size += range_size(ranges->items[i]);
    return size;
}

bool acpi_ranges_add(struct acpi_ranges *ranges, struct range range)
{
    size_t first = 0, last;

    range = range_to_pages(range);
    while (first < ranges->count && ranges->items[first].end < range.start)
        first++;
    for (last = first; last < ranges->count && ranges->items[last].start <= range.end; last++) {
        range.start = min_u64(range.start, ranges->items[last].start);
        range.end = max_u64(range.end, ranges->items[last].end);
    }
    if (first == last && ranges->count == ACPI_TABLE_RANGES)
        return false;
    memmove(&ranges->items[first + 1], &ranges->items[last],
            (ranges->count - last) * sizeof(*ranges->items));
    ranges->count = ranges->count - (last - first) + 1;
    ranges->items[first] = range;
    return total_size(ranges) <= ACPI_TABLES_MAX;
}
