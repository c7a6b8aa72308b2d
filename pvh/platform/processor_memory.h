/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory that the processor works with while the loader runs: stack, page tables, descriptor
 * tables. A kernel that is loaded over it ends the boot. Firmware's map should not call it free;
 * that of U-Boot 2023.01 for x86-64 does, which runs on its first stage's stack and page tables.
 */
#pragma once

#include "common/base/range.h"
#include "pvh/memory_map.h"

/* With memory where the firmware has it, mapped to its own addresses (UEFI 2.10, section 2.3). */
struct processor_state {
    uint64_t stack_pointer;
    uint64_t page_table;  /* the first one */
    unsigned page_levels; /* 2 to 5; 2 have entries of four bytes; 0: paging is off */
    struct range gdt, idt;
};

#define PROCESSOR_MEMORY_MAX 16

struct processor_memory {
    struct range ranges[PROCESSOR_MEMORY_MAX]; /* whole pages */
    size_t count;
};

/*
 * Lists what of that memory the map calls free. Of the page tables, those for the first 4 GiB; none
 * where the first one is not free, since then the firmware has not forgotten them. `read` returns
 * the eight bytes at an address. Allocates nothing; what does not fit into the list is left out.
 */
void processor_memory_find(const struct processor_state *state, const struct memory_map *map,
                           uint64_t (*read)(uint64_t address), struct processor_memory *ret_memory);
