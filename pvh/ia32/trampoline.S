/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the protected mode of 32-bit firmware to PVH's entry state; pvh/x64/trampoline.S is its twin
 * for 64-bit firmware. Position-independent: it runs from a copy in a page that is not overwritten.
 * Its argument, on the stack, is the address of struct trampoline_data.
 *
 * The firmware may have paging on, with or without PAE (UEFI 2.10, 2.3.2), and its page tables may
 * be where the kernel goes. Memory is identity-mapped, so paging is turned off first, and the copies
 * need no page tables. CR4.CET must be cleared before CR0.WP (Intel SDM volume 3, section 2.5), and
 * CR4.PAE while paging is off.
 */
#include "pvh/trampoline_layout.h"

#define CR0_PE_ET   0x11
#define CR4_PSE     (1 << 4)
#define CR4_PAE     (1 << 5)
#define MSR_EFER    0xc0000080
#define EFLAGS_NONE 0x2 /* bit 1 always reads as one */

/* EFER exists if one of these does (AMD64 manual volume 2, section 3.1.7). */
#define CPUID_EXTENDED          0x80000000
#define CPUID_EXTENDED_FEATURES 0x80000001
#define FEATURES_NX_OR_LM       (1 << 20 | 1 << 29) /* EDX */

#define PIC1_DATA   0x21
#define PIC2_DATA   0xa1
#define PIC_ALL_OFF 0xff

/* A string operation on `bytes` bytes: four at a time, then the rest. */
        .macro  repeat operation, bytes
        movl    \bytes, %ecx
        shrl    $2, %ecx
        rep \operation\()l
        movl    \bytes, %ecx
        andl    $3, %ecx
        rep \operation\()b
        .endm

        .section .text.trampoline, "ax", @progbits
        .globl  trampoline_start
        .globl  trampoline_end
        .hidden trampoline_start
        .hidden trampoline_end

        .code32
trampoline_start:
        cli
        cld
        movl    4(%esp), %ebp           /* the data */
        movb    $PIC_ALL_OFF, %al       /* mask interrupts of the firmware's devices for the kernel */
        outb    %al, $PIC1_DATA
        outb    %al, $PIC2_DATA

        movl    %cr4, %eax              /* clear CET, PGE, SMEP, SMAP etc. */
        andl    $(CR4_PAE | CR4_PSE), %eax /* what the paging that is still on may need */
        movl    %eax, %cr4
        movl    $CR0_PE_ET, %eax        /* clear PG, WP, CD, NW and the rest */
        movl    %eax, %cr0
        jmp     1f                      /* discard instructions fetched in the old mode */
1:
        xorl    %eax, %eax
        movl    %eax, %cr4              /* clear PAE */
        movl    %eax, %cr3              /* and what the TLB may still have */

        /* The operands are those of 64-bit mode: 32-bit mode reads the lower half of the base. */
        lgdt    TRAMPOLINE_GDTR(%ebp)
        lidt    TRAMPOLINE_IDTR(%ebp)
        leal    TRAMPOLINE_STACK_TOP(%ebp), %esp
        call    2f
2:
        popl    %eax
        addl    $own_segments - 2b, %eax
        pushl   $TRAMPOLINE_CODE_SELECTOR
        pushl   %eax
        lretl
own_segments:
        movl    $TRAMPOLINE_DATA_SELECTOR, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %ss
        movl    %eax, %fs
        movl    %eax, %gs

        movl    $CPUID_EXTENDED, %eax
        cpuid
        cmpl    $CPUID_EXTENDED_FEATURES, %eax
        jb      3f
        movl    $CPUID_EXTENDED_FEATURES, %eax
        cpuid
        testl   $FEATURES_NX_OR_LM, %edx
        jz      3f
        xorl    %eax, %eax              /* clear NXE, SCE */
        xorl    %edx, %edx
        movl    $MSR_EFER, %ecx
        wrmsr
3:
        movl    TRAMPOLINE_COPIES(%ebp), %ebx
        movl    TRAMPOLINE_COPY_COUNT(%ebp), %edx
4:
        testl   %edx, %edx
        jz      5f
        movl    0(%ebx), %edi
        movl    4(%ebx), %esi
        movl    8(%ebx), %eax
        repeat  movs, %eax
        addl    $TRAMPOLINE_COPY_SIZE, %ebx
        decl    %edx
        jmp     4b
5:
        movl    TRAMPOLINE_ZEROS(%ebp), %ebx
        movl    TRAMPOLINE_ZERO_COUNT(%ebp), %edx
        xorl    %eax, %eax
6:
        testl   %edx, %edx
        jz      7f
        movl    0(%ebx), %edi
        movl    4(%ebx), %esi
        repeat  stos, %esi
        addl    $TRAMPOLINE_ZERO_SIZE, %ebx
        decl    %edx
        jmp     6b
7:
        lldt    %ax
        movl    $TRAMPOLINE_TSS_SELECTOR, %eax
        ltr     %ax

        pushl   $EFLAGS_NONE
        popfl
        /* MOV preserves the flags. ESP is 0 so that no kernel takes it for a stack. */
        movl    $0, %eax
        movl    $0, %ecx
        movl    $0, %edx
        movl    $0, %esi
        movl    $0, %edi
        movl    $0, %esp
        movl    TRAMPOLINE_START_INFO(%ebp), %ebx
        jmp     *TRAMPOLINE_ENTRY(%ebp)
trampoline_end:

        .section .note.GNU-stack, "", @progbits
