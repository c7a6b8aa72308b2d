/* SPDX-License-Identifier: BSD-2-Clause */
/* What a finished plan asks of the memory map that the kernel gets. */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"
#include "pvh/load_plan.h"
#include "pvh/memory_map.h"

/*
 * True when all that the plan gives to the kernel is RAM in `map`, which may be newer than the one
 * that the plan was made from. Allocates nothing.
 */
bool plan_check(const struct load_plan *plan, const struct memory_map *map,
                struct error *ret_error);

/*
 * What the kernel needs to stay RAM, sorted by address: what has to be of the span, the boot info,
 * each module. The list, zeros at first, grows in the arena; false when memory is short.
 */
bool plan_needed_ranges(const struct load_plan *plan, struct arena *arena,
                        struct plan_ranges *ranges);
