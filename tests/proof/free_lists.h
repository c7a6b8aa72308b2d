/* SPDX-License-Identifier: BSD-2-Clause */
/* Free lists for proofs, in the form that free_list.h promises. */
#pragma once

#include "common/base/units.h"
#include "pvh/free_list.h"
#include "tests/proof/nondet.h"

#define WHOLE_PAGES (UINT32_MAX * PAGE_SIZE) /* the bits of addresses of pages, below 2^44 */

/* Any list of up to `most` ranges, whose ends have no other bits than those in `mask`. */
static inline struct free_list any_list(struct range *slots, size_t most, size_t capacity,
                                        uint64_t mask)
{
    struct free_list list = {slots, nondet_size(), capacity};

    ASSUME(list.count <= most);
    for (size_t i = 0; i < list.count; i++) {
        slots[i] = (struct range){nondet_u64() & mask, nondet_u64() & mask};
        ASSUME(slots[i].start < slots[i].end);
        ASSUME(i == 0 || slots[i - 1].end < slots[i].start);
    }
    return list;
}

static inline bool is_listed(const struct free_list *list, uint64_t address)
{
    bool listed = false;

    for (size_t i = 0; i < list->count; i++)
        listed |= range_contains(list->ranges[i], address);
    return listed;
}

static inline bool is_in(struct range range, struct range whole)
{
    return range.start >= whole.start && range.end <= whole.end;
}

/* True if one range of the list has all of it. */
static inline bool is_all_listed(const struct free_list *list, struct range range)
{
    bool listed = false;

    for (size_t i = 0; i < list->count; i++)
        listed |= is_in(range, list->ranges[i]);
    return listed;
}
