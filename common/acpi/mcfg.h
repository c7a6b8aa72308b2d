/* SPDX-License-Identifier: BSD-2-Clause */
/* MCFG: where PCI configuration space is mapped (PCI Firmware Specification 3.3, 4.1.2). */
#pragma once

#include "common/acpi/root_table.h"
#include "common/base/range.h"

#include <stddef.h>

#define ACPI_ECAM_WINDOWS 64 /* segment groups; two-socket servers have a dozen */

struct acpi_windows {
    struct range windows[ACPI_ECAM_WINDOWS]; /* whole MiB; may overlap each other */
    size_t count;
    unsigned damaged; /* bits of enum acpi_damage: tables with damaged parts that were skipped */
};

/*
 * Lists the windows in MCFG. `rsdp` is the physical address of an RSDP that acpi_check_rsdp()
 * accepted. Damaged tables and invalid windows are skipped.
 */
void acpi_find_ecam(struct acpi_memory *memory, uint64_t rsdp, struct acpi_windows *ret_windows);
