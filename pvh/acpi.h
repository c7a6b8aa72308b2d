/* SPDX-License-Identifier: BSD-2-Clause */
/* What the memory map needs from ACPI's tables: a checked RSDP, and the ECAM windows. */
#pragma once

#include "common/range.h"

/* Physical memory, or a test's idea of it. */
struct acpi_memory {
    /* `length` bytes at `address` that may be read, or NULL when no table can lie there. */
    const uint8_t *(*map)(struct acpi_memory *memory, uint64_t address, uint64_t length);
};

#define ACPI_ECAM_WINDOWS 64 /* segment groups; two-socket servers have a dozen */

struct acpi_windows {
    struct range windows[ACPI_ECAM_WINDOWS];
    size_t count;
    bool damaged; /* a table on the way was, or did not fit */
};

/* True when an RSDP with the right signature and checksums (ACPI 6.5, section 5.2.5.3) is there. */
bool acpi_check_rsdp(struct acpi_memory *memory, uint64_t address);

/*
 * Follows the checked RSDP at `address` to the MCFG table (PCI Firmware Specification 3.3, section
 * 4.1.2) and lists its windows. A table that is damaged is passed over.
 */
void acpi_find_ecam(struct acpi_memory *memory, uint64_t rsdp, struct acpi_windows *ret_windows);
