/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of the firmware's ACPI tables that a boot needs. */
#pragma once

#include "common/acpi/mcfg.h"
#include "common/acpi/spcr.h"
#include "common/acpi/table_walk.h"
#include "pvh/memory_map.h"

enum {
    ACPI_1_0,
    ACPI_2_0, /* and later: with an XSDT */
    ACPI_VERSIONS
};

/* Access to ACPI's tables at their addresses. */
struct acpi_reader {
    struct acpi_memory memory; /* first, so that it can be cast back */
    const struct memory_map *map;
};

/* Allows reading where `map`, which must stay valid, says that tables may be. */
struct acpi_reader acpi_reader(const struct memory_map *map);

/* How many bytes from `address` on are memory that the firmware's tables may be in. */
uint64_t acpi_readable_bytes(const struct memory_map *map, uint64_t address);

struct acpi_tables {
    uint64_t rsdp;                        /* checksum verified, passed to the kernel; 0: none */
    uint64_t damaged_rsdp[ACPI_VERSIONS]; /* skipped, by version; 0: none */
    uint64_t unsafe_rsdp[ACPI_VERSIONS];  /* skipped because of where its tables are; 0: none */
    struct acpi_ranges occupied;          /* tables in memory that would be RAM for the kernel */
    struct acpi_windows ecam;             /* PCI configuration windows; which tables are damaged */
    struct acpi_serial serial;            /* the firmware's serial console */
};

/*
 * Finds the RSDP for the kernel, preferring ACPI 2.0 to 1.0, the ECAM windows, the serial console,
 * and the tables in boot services' or the loader's memory, which are listed as occupied. An RSDP
 * whose tables are in free memory, or in too many places, is skipped, since they cannot be
 * preserved. Reads only memory that `map` says may hold tables. Never fails: missing and damaged
 * tables are recorded.
 */
void acpi_collect(const struct memory_map *map, struct acpi_tables *ret_tables);
