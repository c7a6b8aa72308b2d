/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's ACPI tables, as far as a boot needs them. */
#pragma once

#include "common/acpi/mcfg.h"
#include "pvh/memory_map.h"

enum {
    ACPI_1_0,
    ACPI_2_0, /* and later: with an XSDT */
    ACPI_VERSIONS
};

struct acpi_tables {
    uint64_t rsdp;                        /* for the kernel, checked; 0 when there is none */
    uint64_t damaged_rsdp[ACPI_VERSIONS]; /* passed over, by version; 0 for none */
    struct acpi_windows ecam;             /* PCI's configuration windows, and damaged tables */
};

/*
 * Finds the RSDP for the kernel, 2.0 before 1.0, and what the tables say. `map` tells which memory
 * may be read.
 */
void acpi_collect(const struct memory_map *map, struct acpi_tables *ret_tables);
