/* SPDX-License-Identifier: BSD-2-Clause */
/* Making the load plan. */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"
#include "pvh/load_plan.h"
#include "pvh/memory_map.h"

/*
 * Makes the plan. Its lists live in the arena. On failure the plan is undefined. Nothing is put to
 * reclaimable memory where there is a plan without.
 */
bool plan_make(const struct plan_request *request, const struct memory_map *map,
               struct arena *arena, struct load_plan *ret_plan, struct error *ret_error);

/*
 * The entry, for a plan that was made before the image's notes were known. Such a plan takes a
 * kernel for one that cannot be moved.
 */
uint32_t plan_entry_point(const struct load_plan *plan, const struct elf_image *image);
