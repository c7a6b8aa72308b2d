/* SPDX-License-Identifier: BSD-2-Clause */
/* The root system description pointer (ACPI 6.5, section 5.2.5.3). */
#pragma once

#include "common/acpi/memory.h"

/* Where the root tables are; 0 for one that there is none of. */
struct acpi_roots {
    uint32_t rsdp_size; /* bytes */
    uint64_t xsdt;
    uint64_t rsdt;
};

/* True when an RSDP with the right signature and checksums is at `address`. */
bool acpi_check_rsdp(struct acpi_memory *memory, uint64_t address);

/* What the checked RSDP at `address` points to; false when it cannot be read. */
bool acpi_read_rsdp(struct acpi_memory *memory, uint64_t address, struct acpi_roots *ret_roots);
