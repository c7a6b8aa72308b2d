/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hand-over: from 64-bit firmware mode to the state that PVH's entry asks for. Its code is
 * position-independent and runs from a copy in a page below 4 GiB; its data is behind it:
 *
 *     page 0      code
 *     page 1...   struct trampoline_data, then the copies, then the ranges to zero
 *     7 pages     page tables that map the first 4 GiB to themselves
 */
#pragma once

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "pvh/plan.h"

/* ABI between handover.c and handover.S: offsets in handover_offsets.h. */
struct trampoline_copy {
    uint32_t destination;
    uint32_t source;
    uint32_t size;
};

struct trampoline_zero {
    uint32_t start;
    uint32_t size;
};

struct trampoline_pointer { /* the operand of LGDT and LIDT in 64-bit mode */
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

struct trampoline_data {
    uint64_t gdt[5]; /* null, code, data, TSS, and one so that the size is a multiple of 16 */
    struct trampoline_pointer gdtr;
    uint8_t padding[6];
    struct trampoline_pointer idtr; /* empty: an exception now can only reset the machine */
    uint8_t padding2[6];
    uint32_t start_info; /* EBX */
    uint32_t entry_point;
    uint32_t copies; /* addresses and counts of the lists */
    uint32_t copy_count;
    uint32_t zeros;
    uint32_t zero_count;
    uint32_t tables; /* address of the page tables, for CR3 */
    uint32_t reserved;
    uint8_t stack[64]; /* for the far return and POPF only */
};

/* The code, to be copied; it is one page at most. Enter the copy with the data's address. */
extern const uint8_t trampoline_start[];
extern const uint8_t trampoline_end[];
typedef void trampoline_function(uint64_t data_address);

/* Bytes of the data with that many list entries, and with the page tables: whole pages. */
uint64_t trampoline_data_size(uint64_t copies, uint64_t zeros);

/*
 * Fills `memory`, which lies at the plan's trampoline_data (identity-mapped or not) and is large
 * enough: the plan has seen to it.
 */
void trampoline_fill(void *memory, const struct load_plan *plan);
