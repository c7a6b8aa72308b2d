/* SPDX-License-Identifier: BSD-2-Clause */
/* Half-open address ranges [start, end). An empty range has start >= end. */
#pragma once

#include "common/base/overflow.h"
#include "common/base/units.h"

struct range {
    uint64_t start;
    uint64_t end;
};

static inline uint64_t range_size(struct range range)
{
    return range.start < range.end ? range.end - range.start : 0;
}

static inline struct range range_intersect(struct range a, struct range b)
{
    return (struct range){max_u64(a.start, b.start), min_u64(a.end, b.end)};
}

static inline bool range_overlaps(struct range a, struct range b)
{
    return range_size(range_intersect(a, b)) > 0;
}

static inline bool range_contains(struct range outer, uint64_t address)
{
    return outer.start <= address && address < outer.end;
}

/* Widens a range to whole pages. The range must end at or below 2^64 - PAGE_SIZE. */
static inline struct range range_to_pages(struct range range)
{
    return (struct range){align_down(range.start, PAGE_SIZE), align_up(range.end, PAGE_SIZE)};
}
