/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Carries a load plan out on a simulated machine and checks that it did no harm and that the kernel
 * finds what it must. Whether memory is free is asked of the memory map and the request only.
 */
#pragma once

#include "pvh/load_plan.h"
#include "pvh/memory_map.h"
#include "tests/lib/support.h"

/* Fails the test (see check()) when anything about the plan is wrong. */
void check_plan(const struct plan_request *request, const struct memory_map *map,
                const struct load_plan *plan, struct random *random);

/* True when all of the pages that `range` touches may be the kernel's after exit. */
bool is_usable(const struct memory_map *map, struct range range, bool allow_nvs);

/* The same for a whole span, whose gaps may hold the ISA hole, and nothing else. */
bool is_span_usable(const struct memory_map *map, const struct elf_image *image, bool allow_nvs);

/* True when all of them can be allocated now. */
bool is_available(const struct plan_request *request, const struct memory_map *map,
                  struct range range);
