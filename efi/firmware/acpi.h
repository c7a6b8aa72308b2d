/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's ACPI tables, as far as a boot needs them. */
#pragma once

#include "efi/firmware/memory_map.h"

enum {
    ACPI_1_0,
    ACPI_2_0, /* and later: with an XSDT */
    ACPI_VERSIONS
};

struct acpi_tables {
    uint64_t rsdp;                        /* for the kernel, checked; 0 when there is none */
    uint64_t damaged_rsdp[ACPI_VERSIONS]; /* passed over, by version; 0 for none */
};

/*
 * Finds the RSDP for the kernel, 2.0 before 1.0, and notes the PCI configuration windows in
 * memory->ecam, with the tables that were damaged. The memory map must have been read.
 */
void acpi_collect(struct memory *memory, struct acpi_tables *ret_tables);
