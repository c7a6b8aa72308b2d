/* SPDX-License-Identifier: BSD-2-Clause */
/* Places for the bytes that cannot be read to their own before boot services have ended. */
#pragma once

#include "pvh/planner.h"

/* Gives all pending bytes such a place, as few as there are free ranges large enough. */
bool plan_stage(struct planner *planner);

/*
 * How many copies plan_stage() will make of what is pending now: each split of one uses up a free
 * range, which bounds them.
 */
uint64_t plan_most_copies(const struct planner *planner);

/*
 * The same before the modules have been placed in reclaimable memory. Each range that is reclaimed,
 * each module that cuts one and the kernel's span among them can make one free range more. What of
 * a module is staged lies between free ranges, or before or behind them.
 */
uint64_t plan_most_copies_with_modules(const struct planner *planner);
