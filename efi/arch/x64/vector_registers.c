/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/arch/vector_registers.h"

/* Intel's Software Developer's Manual, volume 3, 2.5 and 14.1. */
#define CR0_EM     (UINT64_C(1) << 2) /* SSE instructions are invalid */
#define CR0_TS     (UINT64_C(1) << 3) /* they fault, for the registers to be saved first */
#define CR4_OSFXSR (UINT64_C(1) << 9) /* without it they are invalid */

static void write_cr0(uintptr_t value)
{
    __asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static void write_cr4(uintptr_t value)
{
    __asm__ volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

struct vector_state vector_registers_enable(void)
{
    struct vector_state before;

    __asm__ volatile("mov %%cr0, %0" : "=r"(before.cr0));
    __asm__ volatile("mov %%cr4, %0" : "=r"(before.cr4));
    if (!(before.cr4 & CR4_OSFXSR))
        write_cr4(before.cr4 | CR4_OSFXSR);
    if (before.cr0 & (CR0_EM | CR0_TS))
        write_cr0(before.cr0 & ~(CR0_EM | CR0_TS));
    return before;
}

/* Only what was changed: the firmware may have changed the rest since. */
void vector_registers_restore(struct vector_state before)
{
    uintptr_t now;

    __asm__ volatile("mov %%cr0, %0" : "=r"(now));
    if (before.cr0 & (CR0_EM | CR0_TS))
        write_cr0(now | (before.cr0 & (CR0_EM | CR0_TS)));
    __asm__ volatile("mov %%cr4, %0" : "=r"(now));
    if (!(before.cr4 & CR4_OSFXSR))
        write_cr4(now & ~CR4_OSFXSR);
}
