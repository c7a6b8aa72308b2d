/* SPDX-License-Identifier: BSD-2-Clause */
/* Half-open ranges of physical addresses, and access to them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "abi.h"

struct extent {
    uint64_t start;
    uint64_t end;
};

static inline bool extent_overlaps(struct extent a, struct extent b)
{
    return a.start < b.end && b.start < a.end;
}

static inline bool extent_inside(struct extent inner, struct extent outer)
{
    return outer.start <= inner.start && inner.end <= outer.end;
}

/* Whether kernels may write to it before they have read what is there. */
static inline bool extent_is_scratch(struct extent extent)
{
    const struct extent tables = {LOW_TABLES_START, LOW_TABLES_END};
    return extent.start < LOW_MEMORY_END || extent_overlaps(extent, tables);
}

/* Whether 32-bit code without paging can access it. */
static inline bool is_reachable(uint64_t paddr, uint64_t size)
{
    return paddr != 0 && paddr < FOUR_GIB && size <= FOUR_GIB - paddr;
}

static inline void *at_physical(uint64_t paddr)
{
    return (void *)(uintptr_t)paddr;
}
