/* SPDX-License-Identifier: BSD-2-Clause */
/* The state at entry, recorded by entry.S: offsets for assembly, a struct for C. */
#pragma once

#define ENTRY_EAX       0
#define ENTRY_ECX       4
#define ENTRY_EDX       8
#define ENTRY_EBX       12
#define ENTRY_ESP       16
#define ENTRY_EBP       20
#define ENTRY_ESI       24
#define ENTRY_EDI       28
#define ENTRY_EFLAGS    32
#define ENTRY_TSC_LOW   36
#define ENTRY_TSC_HIGH  40
#define ENTRY_CS        44
#define ENTRY_DS        48
#define ENTRY_ES        52
#define ENTRY_SS        56
#define ENTRY_DIRTY_BSS 60
/* The part that is recorded before the bss can be used. */
#define ENTRY_EARLY_SIZE 64
#define ENTRY_CR0        64
#define ENTRY_CR3        68
#define ENTRY_CR4        72
#define ENTRY_EFER_LOW   76
#define ENTRY_EFER_HIGH  80
#define ENTRY_TR         84
#define ENTRY_LDTR       88
#define ENTRY_GDTR       92
#define ENTRY_IDTR       100
#define ENTRY_SIZE       108

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

struct table_register {
    uint16_t limit;
    uint32_t base;
    uint16_t unused;
} __attribute__((packed));

struct entry_state {
    uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi;
    uint32_t eflags;
    uint32_t tsc_low, tsc_high;
    uint32_t cs, ds, es, ss;
    /* The first word of this kernel's bss that was not zero at entry; 0 if all were zero. */
    uint32_t dirty_bss;
    uint32_t cr0, cr3, cr4;
    uint32_t efer_low, efer_high;
    uint32_t tr, ldtr;
    struct table_register gdtr, idtr;
};
_Static_assert(offsetof(struct entry_state, ebx) == ENTRY_EBX, "entry.S");
_Static_assert(offsetof(struct entry_state, eflags) == ENTRY_EFLAGS, "entry.S");
_Static_assert(offsetof(struct entry_state, tsc_low) == ENTRY_TSC_LOW, "entry.S");
_Static_assert(offsetof(struct entry_state, cs) == ENTRY_CS, "entry.S");
_Static_assert(offsetof(struct entry_state, dirty_bss) == ENTRY_DIRTY_BSS, "entry.S");
_Static_assert(offsetof(struct entry_state, cr0) == ENTRY_CR0, "entry.S");
_Static_assert(offsetof(struct entry_state, efer_low) == ENTRY_EFER_LOW, "entry.S");
_Static_assert(offsetof(struct entry_state, tr) == ENTRY_TR, "entry.S");
_Static_assert(offsetof(struct entry_state, gdtr) == ENTRY_GDTR, "entry.S");
_Static_assert(offsetof(struct entry_state, idtr) == ENTRY_IDTR, "entry.S");
_Static_assert(sizeof(struct entry_state) == ENTRY_SIZE, "entry.S");
#endif
