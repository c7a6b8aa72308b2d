/* SPDX-License-Identifier: BSD-2-Clause */
/* What the memory map needs from ACPI's tables: a checked RSDP, and the ECAM windows. */
#pragma once

#include "common/base/range.h"
#include "pvh/memory_map.h"

/* Physical memory, or a test's idea of it. */
struct acpi_memory {
    /* `length` bytes at `address` that may be read, or NULL when no table can lie there. */
    const uint8_t *(*map)(struct acpi_memory *memory, uint64_t address, uint64_t length);
};

#define ACPI_ECAM_WINDOWS 64 /* segment groups; two-socket servers have a dozen */

/* Tables on the way to the windows, as bits. */
enum acpi_table {
    ACPI_XSDT = 1,
    ACPI_RSDT = 2,
    ACPI_MCFG = 4,
};

struct acpi_windows {
    struct range windows[ACPI_ECAM_WINDOWS]; /* whole MiB; may overlap each other */
    size_t count;
    unsigned damaged; /* of enum acpi_table: what is wrong in these has been passed over */
};

/* True when an RSDP with the right signature and checksums (ACPI 6.5, section 5.2.5.3) is there. */
bool acpi_check_rsdp(struct acpi_memory *memory, uint64_t address);

/*
 * Follows the checked RSDP at `rsdp` to the MCFG table (PCI Firmware Specification 3.3, section
 * 4.1.2) and lists its windows. A table that is damaged is passed over, and so is a window that
 * cannot be. The work is bounded, whatever the tables say.
 */
void acpi_find_ecam(struct acpi_memory *memory, uint64_t rsdp, struct acpi_windows *ret_windows);

/*
 * Drops the windows that lie over RAM or persistent memory in `map`, as damage to MCFG: they would
 * take that memory from the kernel.
 */
void acpi_drop_windows_over_memory(struct acpi_windows *windows, const struct memory_map *map);
