/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks a finished plan against the memory map that the kernel gets. */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"
#include "pvh/load_plan.h"
#include "pvh/memory_map.h"

/*
 * Checks that all memory that the plan gives to the kernel is RAM in `map`, which may be newer than
 * the map that the plan was made from. Allocates nothing. Fails with ERROR_MAP_CHANGED.
 */
bool plan_check(const struct load_plan *plan, const struct memory_map *map,
                struct error *ret_error);

/*
 * Lists the ranges that must be RAM, sorted by address: the span's RAM parts, the boot info, each
 * module, the trampoline's data with the kernel's GDT. `ranges` starts as zeros and grows in the
 * arena; false when out of memory.
 */
bool plan_needed_ranges(const struct load_plan *plan, struct arena *arena,
                        struct plan_ranges *ranges);
