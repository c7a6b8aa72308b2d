/* SPDX-License-Identifier: BSD-2-Clause */
/* Page tables walked as the processor walks them (Intel SDM volume 3, section 4.5). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Reads eight bytes of physical memory. */
typedef uint64_t page_walk_reader(const void *context, uint64_t address);

struct page_walk {
    page_walk_reader *read;
    const void *context;
    uint64_t root; /* CR3 */
    int levels;    /* 4, or 5 with CR4.LA57 */
};

/*
 * Translates a linear address. False when code could not write there: a page is missing or
 * read-only, a reserved bit is set, or the page is one of 1 GiB, which not every processor has. NXE
 * is off in PVH's entry state, which makes the execute-disable bit a reserved one.
 */
bool page_walk_translate(const struct page_walk *walk, uint64_t address, uint64_t *ret_physical);
