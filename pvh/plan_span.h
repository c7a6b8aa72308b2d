/* SPDX-License-Identifier: BSD-2-Clause */
/* Places the kernel's span: as linked, or relocated as its PHYS32_RELOC note allows. */
#pragma once

#include "pvh/planner.h"

/*
 * Sets the plan's link_base, span, ram_parts, relocated and overwrites_nvs. Fails if there is no
 * place; the error names what is in the way.
 */
bool plan_place_span(struct planner *planner);
