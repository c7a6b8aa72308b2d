/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds all tables that can be reached from an RSDP, which the kernel will read, so that they are
 * not overwritten: the RSDP, XSDT and RSDT, the tables that these point to, and the DSDT and FACS
 * that FADT points to. FADT has two pointers to each of them (ACPI 6.5, section 5.2.9), and kernels
 * differ in which one they use.
 */
#pragma once

#include "common/acpi/memory.h"
#include "common/base/range.h"
#include "common/base/units.h"

#include <stddef.h>

/* Called for each table, for some more than once. Returning false ends the walk. */
struct acpi_visitor {
    bool (*found)(struct acpi_visitor *visitor, struct range table);
    /* Called for a pointer to memory that memory->map() refuses, at least in part. */
    bool (*missing)(struct acpi_visitor *visitor, struct range place);
};

/*
 * Walks the tables of the RSDP at `rsdp`, whose checksum has been verified. Tables with a wrong
 * checksum are visited, since kernels use them, but a root table with one is not followed, since it
 * may point anywhere. Pointers to something that cannot be a table are skipped. Returns false if
 * the visitor has ended the walk.
 */
bool acpi_visit_tables(struct acpi_memory *memory, uint64_t rsdp, struct acpi_visitor *visitor);

/* Whole pages, sorted; ranges neither overlap nor adjoin. Firmware has its tables in few places. */
#define ACPI_TABLE_RANGES 256

/* In all of them: twice the largest single table, and many times what firmware has. */
#define ACPI_TABLES_MAX (32 * MIB)

struct acpi_ranges {
    struct range items[ACPI_TABLE_RANGES];
    size_t count;
};

/*
 * Adds the pages of `range`, which ends below 2^64 - PAGE_SIZE. False if there are too many ranges
 * or pages: damaged tables must not take the kernel's memory.
 */
bool acpi_ranges_add(struct acpi_ranges *ranges, struct range range);
