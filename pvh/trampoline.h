/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trampoline: from 64-bit firmware mode to the state that PVH's entry asks for. Its code is
 * position-independent and runs from a copy in a page below 4 GiB; its data is behind it
 * (pvh/trampoline_layout.h).
 */
#pragma once

#include "pvh/load_plan.h"
#include "pvh/trampoline_layout.h"

#include <stddef.h>
#include <stdint.h>

/* The code, to be copied; it is one page at most. Enter the copy with the data's address. */
extern const uint8_t trampoline_start[];
extern const uint8_t trampoline_end[];
typedef void trampoline_function(uint64_t data_address);

static inline size_t trampoline_code_size(void)
{
    return (uintptr_t)trampoline_end - (uintptr_t)trampoline_start;
}

/*
 * Fills `memory`, which lies at the plan's trampoline_data (identity-mapped or not) and is large
 * enough: the plan has seen to it.
 */
void trampoline_fill(void *memory, const struct load_plan *plan);
