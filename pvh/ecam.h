/* SPDX-License-Identifier: BSD-2-Clause */
/* PCI configuration windows (ECAM) as the memory map can take them. */
#pragma once

#include "common/acpi/mcfg.h"
#include "pvh/memory_map.h"

/*
 * Drops the windows that lie over RAM or persistent memory in `map`, as damage to MCFG: they would
 * take that memory from the kernel.
 */
void ecam_drop_over_memory(struct acpi_windows *windows, const struct memory_map *map);
