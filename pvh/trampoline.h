/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trampoline: from the firmware's 64-bit mode to PVH's entry state. Its code is
 * position-independent and runs from a copy in a page below 4 GiB; its data follows
 * (pvh/trampoline_layout.h).
 */
#pragma once

#include "pvh/load_plan.h"
#include "pvh/trampoline_layout.h"

#include <stddef.h>
#include <stdint.h>

/* The code to copy, at most one page. Call the copy with the physical address of the data. */
extern const uint8_t trampoline_start[];
extern const uint8_t trampoline_end[];
typedef void trampoline_function(uint64_t data_address);

static inline size_t trampoline_code_size(void)
{
    return (uintptr_t)trampoline_end - (uintptr_t)trampoline_start;
}

/*
 * Fills `memory`, the plan's trampoline_data wherever it is mapped. The plan has made that range
 * large enough.
 */
void trampoline_fill(void *memory, const struct load_plan *plan);
