/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the kernel's span goes: as linked, or moved as its PHYS32_RELOC note allows. */
#pragma once

#include "pvh/planner.h"

/*
 * Sets the plan's link_base, span and ram_parts, and whether it is relocated or overwrites ACPI
 * NVS. False when there is no place: the error names what is in the way.
 */
bool plan_place_span(struct planner *planner);
