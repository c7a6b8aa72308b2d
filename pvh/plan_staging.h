/* SPDX-License-Identifier: BSD-2-Clause */
/* Staging of bytes whose destination is occupied until boot services have ended. */
#pragma once

#include "pvh/planner.h"

/*
 * Stages all pending bytes, in as few pieces as free ranges allow, and adds the reads, claims and
 * copies to the plan. Fails with ERROR_NO_ROOM_FOR_STAGING or ERROR_OUT_OF_MEMORY.
 */
bool plan_stage(struct planner *planner);

/*
 * An upper bound of the copies that plan_stage() adds for the bytes pending now: each split uses up
 * a free range.
 */
uint64_t plan_max_copies(const struct planner *planner);

/*
 * The same before the modules have been placed in reclaimable memory. Each reclaimed range, each
 * module that splits a range, and the kernel's span can add one free range. The staged parts of a
 * module are between, below or above free ranges.
 */
uint64_t plan_max_copies_with_modules(const struct planner *planner);
