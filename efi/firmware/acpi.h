/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's ACPI tables, as far as a boot needs them. */
#pragma once

#include "common/acpi/mcfg.h"
#include "common/acpi/table_walk.h"
#include "pvh/memory_map.h"

enum {
    ACPI_1_0,
    ACPI_2_0, /* and later: with an XSDT */
    ACPI_VERSIONS
};

struct acpi_tables {
    uint64_t rsdp;                        /* for the kernel, checked; 0 when there is none */
    uint64_t damaged_rsdp[ACPI_VERSIONS]; /* passed over, by version; 0 for none */
    uint64_t unsafe_rsdp[ACPI_VERSIONS];  /* the same, for where its tables lie */
    struct acpi_ranges occupied;          /* tables in memory that will be the kernel's */
    struct acpi_windows ecam;             /* PCI's configuration windows, and damaged tables */
};

/*
 * Finds the RSDP for the kernel, 2.0 before 1.0, and what the tables say. `map` tells which memory
 * may be read. Tables in boot services' or the loader's memory are listed as occupied; an RSDP with
 * any in free memory, or in too many places, is passed over, since those could not be kept.
 */
void acpi_collect(const struct memory_map *map, struct acpi_tables *ret_tables);
