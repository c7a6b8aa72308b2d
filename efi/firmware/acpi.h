/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "efi/firmware/memory_map.h"

/*
 * Finds the RSDP for the kernel, checked (0 with a warning when there is none), and notes the PCI
 * configuration windows in memory->ecam. The memory map must have been read.
 */
void acpi_collect(struct memory *memory, uint64_t *ret_rsdp);
