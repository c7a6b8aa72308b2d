/* SPDX-License-Identifier: BSD-2-Clause */
/* Making the load plan. */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"
#include "pvh/load_plan.h"
#include "pvh/memory_map.h"

/*
 * Makes the plan, in one that begins as zeros or is an earlier one of the same arena and modules.
 * Its lists live in the arena; those of the earlier plan are used again, so that planning once more
 * for the same memory allocates nothing, and for other memory only what is missing. On failure the
 * plan is undefined, but for being good for another attempt. Nothing is put to reclaimable memory
 * where there is a plan without.
 */
bool plan_make(const struct plan_request *request, const struct memory_map *map,
               struct arena *arena, struct load_plan *ret_plan, struct error *ret_error);

/* True for errors that more free memory, or another place for something, would help with. */
bool plan_is_short_of_room(const struct error *error);

/*
 * The entry, for a plan that was made before the image's notes were known. Such a plan takes a
 * kernel for one that cannot be moved.
 */
uint32_t plan_entry_point(const struct load_plan *plan, const struct elf_image *image);
