/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks PCI configuration windows (ECAM) against the memory map. */
#pragma once

#include "common/acpi/mcfg.h"
#include "pvh/memory_map.h"

/*
 * Drops windows that overlap RAM or persistent memory in `map`, since the kernel would lose that
 * memory, and records damage to MCFG.
 */
void ecam_drop_over_memory(struct acpi_windows *windows, const struct memory_map *map);
