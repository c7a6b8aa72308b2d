/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's root tables as lists, and root tables of our own that are made of them: RSDP, XSDT
 * and RSDT (ACPI 6.5, sections 5.2.5, 5.2.7 and 5.2.8). Firmware's memory is read once, and never
 * written.
 */
#pragma once

#include "common/acpi/root_table.h"
#include "common/acpi/rsdp.h"
#include "common/base/arena.h"
#include "common/base/error.h"

#include <stddef.h>

#define ACPI_ROOT_ENTRIES 1024 /* servers have some 60 tables; bounds the work */

/* The bytes of one pointer in a root table, which say which of them it is. */
enum acpi_root_kind {
    ACPI_RSDT = 4,
    ACPI_XSDT = 8,
};

struct acpi_root {
    uint8_t header[ACPI_HEADER_SIZE]; /* the firmware's */
    uint64_t *tables;                 /* physical addresses, each once, none of them 0 */
    uint32_t count;                   /* at most ACPI_ROOT_ENTRIES */
};

struct acpi_root_copy {
    uint8_t oem_id[6]; /* the RSDP's */
    bool has_rsdt;
    uint32_t damaged_rsdt; /* where the firmware's is, if it is not copied; 0: nowhere */
    struct acpi_root xsdt; /* what RSDT has, where the firmware has no XSDT */
    struct acpi_root rsdt;
};

/*
 * Copies the root tables of the RSDP at `rsdp`, which acpi_check_rsdp() accepted. The lists are in
 * the arena. Fails with ERROR_ACPI_ROOT_DAMAGED if the XSDT, or the RSDT where there is no XSDT, is
 * not valid or has too many entries, or if there is neither; with ERROR_OUT_OF_MEMORY. Beside an
 * XSDT such an RSDT is not copied: only kernels that know no XSDT read it, with whatever they make
 * of it.
 */
bool acpi_copy_roots(struct acpi_memory *memory, uint64_t rsdp, struct arena *arena,
                     struct acpi_root_copy *ret_copy, struct error *ret_error);

/* Takes all tables with this signature off the lists. What cannot be mapped stays. */
void acpi_leave_out(struct acpi_memory *memory, struct acpi_root_copy *copy, const char *signature);

/* The size in bytes of a root table that lists `added` tables more. */
uint32_t acpi_root_size(const struct acpi_root *root, enum acpi_root_kind kind, uint32_t added);

/* Writes a root table of acpi_root_size() bytes; addresses in an RSDT are below 4 GiB. */
void acpi_write_root(uint8_t *table, const struct acpi_root *root, enum acpi_root_kind kind,
                     const uint64_t *added, uint32_t added_count);

/* Writes an RSDP of RSDP_V2_SIZE bytes. Without an `rsdt` it names the firmware's damaged one. */
void acpi_write_rsdp(uint8_t *rsdp, const struct acpi_root_copy *copy, uint64_t xsdt,
                     uint32_t rsdt);
