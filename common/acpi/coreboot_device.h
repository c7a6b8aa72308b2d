/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ACPI device whose memory is a coreboot table. Linux binds it by its name, BOOT0000 or
 * GOOGCB00 (drivers/firmware/google/coreboot_table.c).
 */
#pragma once

#include "common/acpi/root_copy.h"

#define ACPI_COREBOOT_SSDT_SIZE 102

/*
 * Writes an SSDT of ACPI_COREBOOT_SSDT_SIZE bytes with that device, for a coreboot table of `size`
 * bytes at physical `address`. Its source is tests/data/ssdt.asl.
 */
void acpi_write_coreboot_ssdt(uint8_t *ssdt, uint32_t address, uint32_t size);

/*
 * True if the firmware has such a device, or more code than it is worth searching: a second one
 * would be in its way. `xsdt` is the list of its tables.
 */
bool acpi_has_coreboot_device(struct acpi_memory *memory, const struct acpi_root *xsdt);
