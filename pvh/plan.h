/* SPDX-License-Identifier: BSD-2-Clause */
/* Making the load plan. */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"
#include "pvh/load_plan.h"
#include "pvh/memory_map.h"

/*
 * Makes the plan; its lists are in the arena. Reclaimable memory is used only if there is no plan
 * without it. On failure *ret_plan is undefined.
 */
bool plan_make(const struct plan_request *request, const struct memory_map *map,
               struct arena *arena, struct load_plan *ret_plan, struct error *ret_error);

/*
 * The entry point as a physical address, for a plan made before the image's notes were known. Such
 * a plan never relocates the kernel.
 */
uint32_t plan_entry_point(const struct load_plan *plan, const struct elf_image *image);
