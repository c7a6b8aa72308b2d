/* SPDX-License-Identifier: BSD-2-Clause */
/* The root system description pointer (ACPI 6.5, section 5.2.5.3). */
#pragma once

#include "common/acpi/memory.h"

/* Physical addresses of the root tables; 0 for a missing one. */
struct acpi_roots {
    uint32_t rsdp_size; /* bytes */
    uint64_t xsdt;
    uint64_t rsdt;
};

/* True when an RSDP with valid signature, length and checksums is at physical `address`. */
bool acpi_check_rsdp(struct acpi_memory *memory, uint64_t address);

/* Reads the checked RSDP at `address`; false when it cannot be read. */
bool acpi_read_rsdp(struct acpi_memory *memory, uint64_t address, struct acpi_roots *ret_roots);
