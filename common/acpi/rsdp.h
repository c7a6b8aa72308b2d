/* SPDX-License-Identifier: BSD-2-Clause */
/* The root system description pointer (ACPI 6.5, section 5.2.5.3). */
#pragma once

#include "common/acpi/memory.h"

/* ABI: offsets and sizes in bytes. ACPI 1.0's ends after the address of RSDT. */
#define RSDP_CHECKSUM          8
#define RSDP_OEM_ID            9
#define RSDP_REVISION          15
#define RSDP_RSDT              16
#define RSDP_V1_SIZE           20
#define RSDP_LENGTH            20
#define RSDP_XSDT              24
#define RSDP_EXTENDED_CHECKSUM 32
#define RSDP_V2_SIZE           36

/* Physical addresses of the root tables; 0 for a missing one. */
struct acpi_roots {
    uint32_t rsdp_size; /* bytes */
    uint64_t xsdt;
    uint32_t rsdt;
};

/* True when an RSDP with valid signature, length and checksums is at physical `address`. */
bool acpi_check_rsdp(struct acpi_memory *memory, uint64_t address);

/* Reads the checked RSDP at `address`; false when it cannot be read. */
bool acpi_read_rsdp(struct acpi_memory *memory, uint64_t address, struct acpi_roots *ret_roots);
