/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where all tables lie that an RSDP leads to: what a kernel will read, and nobody may overwrite
 * until then. These are the RSDP, the XSDT and the RSDT, what they name, and what FADT names: DSDT
 * and FACS (ACPI 6.5, section 5.2.9), of which kernels take the one pointer or the other.
 */
#pragma once

#include "common/acpi/memory.h"
#include "common/base/range.h"

#include <stddef.h>

/* Told of each table, of some more than once. False ends the walk. */
struct acpi_visitor {
    bool (*found)(struct acpi_visitor *visitor, struct range table);
    /* Something is named that lies, at least in part, where memory->map() finds no table. */
    bool (*missing)(struct acpi_visitor *visitor, struct range place);
};

/*
 * Walks the tables of the checked RSDP at `rsdp`. A table counts whatever its checksum, as kernels
 * have it, and what cannot be a table is passed over; but a root table whose checksum is wrong is
 * not followed, since it may point anywhere. Returns false when the visitor has ended the walk.
 */
bool acpi_visit_tables(struct acpi_memory *memory, uint64_t rsdp, struct acpi_visitor *visitor);

/* Ranges of whole pages, sorted, apart from each other. Firmware puts its tables in few places. */
#define ACPI_TABLE_RANGES 256

struct acpi_ranges {
    struct range items[ACPI_TABLE_RANGES];
    size_t count;
};

/* Adds the pages of `range`, which ends below 2^64 - PAGE_SIZE. False when there is no room. */
bool acpi_ranges_add(struct acpi_ranges *ranges, struct range range);
