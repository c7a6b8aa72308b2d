/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Executes a load plan on a simulated machine, and checks that it overwrites nothing and that the
 * kernel finds everything. Free memory is determined from the memory map and the request only.
 */
#pragma once

#include "pvh/load_plan.h"
#include "pvh/memory_map.h"
#include "tests/lib/support.h"

/* Fails the test (see check()) when the plan is wrong. */
void check_plan(const struct plan_request *request, const struct memory_map *map,
                const struct load_plan *plan, struct random *random);

/* True when the kernel may use all pages of `range` after exit. */
bool is_usable(const struct memory_map *map, struct range range, bool allow_nvs);

/* The same for a whole span, whose gaps may contain the ISA hole, but no other hole. */
bool is_span_usable(const struct memory_map *map, const struct elf_image *image, bool allow_nvs);

/* True when all pages of `range` can be allocated now. */
bool is_available(const struct plan_request *request, const struct memory_map *map,
                  struct range range);
