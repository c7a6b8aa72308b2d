/* SPDX-License-Identifier: BSD-2-Clause */
/* Making the load plan. */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"
#include "pvh/load_plan.h"
#include "pvh/memory_map.h"

/*
 * Makes the plan. *ret_plan starts as zeros or is an earlier plan of the same arena and modules.
 * Its lists are in the arena, and those of the earlier plan are reused: the same plan again
 * allocates nothing, another plan only what is missing. Reclaimable memory is used only if there is
 * no plan without it. On failure the plan in *ret_plan is undefined, but it can be planned again.
 */
bool plan_make(const struct plan_request *request, const struct memory_map *map,
               struct arena *arena, struct load_plan *ret_plan, struct error *ret_error);

/* True for errors that another strategy or more memory may avoid. */
bool plan_is_lack_of_space(const struct error *error);

/*
 * The entry point as a physical address, for a plan made before the image's notes were known. Such
 * a plan never relocates the kernel.
 */
uint32_t plan_entry_point(const struct load_plan *plan, const struct elf_image *image);
