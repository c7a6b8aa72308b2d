/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SPCR: the serial port that the firmware's console is on (Serial Port Console Redirection Table,
 * revision 4, Microsoft).
 */
#pragma once

#include "common/acpi/root_table.h"

struct acpi_serial {
    bool present;
    unsigned number; /* as Linux counts the PC's ports: N of ttySN */
    uint32_t baud;   /* 0: not said */
};

/*
 * Finds the port in SPCR, if it is one of a PC's four: others have no number before the kernel has
 * found them. `rsdp` is the physical address of an RSDP that acpi_check_rsdp() accepted.
 */
void acpi_find_serial(struct acpi_memory *memory, uint64_t rsdp, struct acpi_serial *ret_serial);
