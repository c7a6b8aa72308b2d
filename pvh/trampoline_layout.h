/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ABI between trampoline.c, which fills the trampoline's data, and the trampoline.S of each
 * architecture, which reads it:
 *
 *     page 0      code
 *     page 1...   struct trampoline_data, then the copies, then the ranges to clear
 *     7 pages     page tables with an identity mapping of the first 4 GiB, which 32-bit firmware
 *                 does not need; they are there so that all loaders place alike
 */
#pragma once

/* For the assembler; trampoline_layout.c checks each at compile time. */
#define TRAMPOLINE_GDTR       40
#define TRAMPOLINE_IDTR       56
#define TRAMPOLINE_START_INFO 72
#define TRAMPOLINE_ENTRY      76
#define TRAMPOLINE_COPIES     80
#define TRAMPOLINE_COPY_COUNT 84
#define TRAMPOLINE_ZEROS      88
#define TRAMPOLINE_ZERO_COUNT 92
#define TRAMPOLINE_TABLES     96
#define TRAMPOLINE_STACK_TOP  168
#define TRAMPOLINE_DATA_SIZE  168

#define TRAMPOLINE_COPY_SIZE 12
#define TRAMPOLINE_ZERO_SIZE 8

#define TRAMPOLINE_TABLE_SIZE  4096
#define TRAMPOLINE_TABLE_COUNT 7

#define TRAMPOLINE_CODE_SELECTOR 0x08
#define TRAMPOLINE_DATA_SELECTOR 0x10
#define TRAMPOLINE_TSS_SELECTOR  0x18

#ifndef __ASSEMBLER__

#include <stdint.h>

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
    uint64_t gdt[5]; /* null, code, data, TSS, and one that is unused */
    struct trampoline_pointer gdtr;
    uint8_t padding[6];
    struct trampoline_pointer idtr; /* empty: an exception resets the machine */
    uint8_t padding2[6];
    uint32_t start_info; /* physical address, for EBX */
    uint32_t entry_point;
    uint32_t copies; /* physical addresses and lengths of the lists */
    uint32_t copy_count;
    uint32_t zeros;
    uint32_t zero_count;
    uint32_t tables; /* physical address of the page tables, for CR3 */
    uint32_t reserved;
    uint8_t stack[64]; /* for the far return and POPF only */
};

/* The size of the data with that many list entries and the page tables, in bytes: whole pages. */
uint64_t trampoline_data_size(uint64_t copies, uint64_t zeros);

/* The offset of the page tables in the data, in bytes: whole pages. */
uint64_t trampoline_tables_offset(uint64_t copies, uint64_t zeros);

#endif
