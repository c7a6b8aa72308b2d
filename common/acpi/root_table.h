/* SPDX-License-Identifier: BSD-2-Clause */
/* Finding a table through the root tables, XSDT and RSDT (ACPI 6.5, sections 5.2.7 and 5.2.8). */
#pragma once

#include "common/acpi/memory.h"

/* ABI: what every table begins with (ACPI 6.5, section 5.2.6). */
#define ACPI_HEADER_SIZE 36

/* What was passed over as damaged on the way to a table, as bits. */
enum acpi_damage {
    ACPI_DAMAGED_XSDT = 1,
    ACPI_DAMAGED_RSDT = 2,
    ACPI_DAMAGED_TABLE = 4, /* the one that was looked for */
};

struct acpi_table {
    const uint8_t *bytes; /* the firmware's own, from the header on; NULL for none */
    uint32_t length;      /* bytes, with the header */
    unsigned damaged;     /* of enum acpi_damage */
};

/*
 * Finds the first table with `signature` (four characters) whose length and checksum are right.
 * `rsdp` has been checked. The RSDT counts where there is no good XSDT, as ACPI has it.
 */
struct acpi_table acpi_find_table(struct acpi_memory *memory, uint64_t rsdp, const char *signature);
