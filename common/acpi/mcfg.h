/* SPDX-License-Identifier: BSD-2-Clause */
/* MCFG: where PCI's configuration space is mapped (PCI Firmware Specification 3.3, 4.1.2). */
#pragma once

#include "common/acpi/root_table.h"
#include "common/base/range.h"

#include <stddef.h>

#define ACPI_ECAM_WINDOWS 64 /* segment groups; two-socket servers have a dozen */

struct acpi_windows {
    struct range windows[ACPI_ECAM_WINDOWS]; /* whole MiB; may overlap each other */
    size_t count;
    /* Of enum acpi_damage, the table being MCFG: what is wrong in these has been passed over. */
    unsigned damaged;
};

/*
 * Follows the checked RSDP at `rsdp` to MCFG and lists its windows. A table that is damaged is
 * passed over, and so is a window that cannot be.
 */
void acpi_find_ecam(struct acpi_memory *memory, uint64_t rsdp, struct acpi_windows *ret_windows);
