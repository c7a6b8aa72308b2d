/* SPDX-License-Identifier: BSD-2-Clause */
/* Finding a table through RSDT or XSDT (ACPI 6.5, sections 5.2.7 and 5.2.8). */
#pragma once

#include "common/acpi/memory.h"

/* ABI: the header of every table (ACPI 6.5, section 5.2.6). */
#define ACPI_HEADER_SIZE  36
#define ACPI_TABLE_LENGTH 4 /* offset of the length in bytes, which includes the header */

/* Tables that were skipped as damaged, as bits. */
enum acpi_damage {
    ACPI_DAMAGED_XSDT = 1,
    ACPI_DAMAGED_RSDT = 2,
    ACPI_DAMAGED_TABLE = 4, /* the one that was looked for */
};

struct acpi_table {
    const uint8_t *bytes; /* the firmware's, not a copy, starting with the header; NULL for none */
    uint32_t length;      /* in bytes, with the header */
    unsigned damaged;     /* bits of enum acpi_damage */
};

/*
 * The table at physical `address` if its signature is this one, its length at most 1 MiB and its
 * checksum right; otherwise NULL, and *ret_length is undefined.
 */
const uint8_t *acpi_check_table(struct acpi_memory *memory, uint64_t address, const char *signature,
                                uint32_t *ret_length);

/*
 * Finds the first table with `signature` (four characters) whose length and checksum are right.
 * `rsdp` is the physical address of an RSDP that acpi_check_rsdp() accepted. As ACPI demands, RSDT
 * is used only without a valid XSDT.
 */
struct acpi_table acpi_find_table(struct acpi_memory *memory, uint64_t rsdp, const char *signature);
