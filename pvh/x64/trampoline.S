/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the firmware's long mode to PVH's entry state. Position-independent: it runs from a copy in a
 * page below 4 GiB that is not overwritten, with RDI = struct trampoline_data, also below 4 GiB.
 *
 * The processor requires this order (Intel SDM volume 3, sections 2.5 and 10.8.5), although QEMU's
 * TCG enforces little of it:
 *  - CR4.CET must be cleared before CR0.WP, CR4.PCIDE before CR0.PG.
 *  - CR0.PG can be cleared in compatibility mode only, not in 64-bit mode.
 *  - CR4.PAE and CR4.LA57 cannot change while long mode is active: they are cleared last.
 *  - EFER.LME can be cleared only while paging is off.
 * The firmware's page tables may be where the kernel goes, so the trampoline has its own. With them
 * the copies run in 64-bit mode, eight bytes at a time.
 */
#include "pvh/trampoline_layout.h"

#define CR0_PE_ET   0x11
#define CR4_PAE     (1 << 5)
#define CR4_LA57    (1 << 12)
#define MSR_EFER    0xc0000080
#define EFLAGS_NONE 0x2 /* bit 1 always reads as one */

#define PIC1_DATA   0x21
#define PIC2_DATA   0xa1
#define PIC_ALL_OFF 0xff

/* A string operation on `bytes` bytes: eight at a time, then the rest. */
        .macro  repeat operation, bytes
        movl    \bytes, %ecx
        shrl    $3, %ecx
        rep \operation\()q
        movl    \bytes, %ecx
        andl    $7, %ecx
        rep \operation\()b
        .endm

        .section .text.trampoline, "ax", @progbits
        .globl  trampoline_start
        .globl  trampoline_end
        .hidden trampoline_start
        .hidden trampoline_end

        .code64
trampoline_start:
        cli
        cld
        movb    $PIC_ALL_OFF, %al       /* mask interrupts of the firmware's devices for the kernel */
        outb    %al, $PIC1_DATA
        outb    %al, $PIC2_DATA

        /* Clear CET, PCIDE, PGE, SMEP, SMAP, FRED etc.; the 32-bit AND clears the upper half */
        movq    %cr4, %rax
        andl    $(CR4_PAE | CR4_LA57), %eax
        movq    %rax, %cr4

        movl    TRAMPOLINE_TABLES(%rdi), %ecx
        testl   $CR4_LA57, %eax
        jz      1f
        addl    $TRAMPOLINE_TABLE_SIZE, %ecx      /* the level 5 table */
1:
        movq    %rcx, %cr3
        lgdt    TRAMPOLINE_GDTR(%rdi)
        lidt    TRAMPOLINE_IDTR(%rdi)
        leaq    TRAMPOLINE_STACK_TOP(%rdi), %rsp
        movq    %rdi, %rbp              /* the data; RDI is needed for the copies */

        movl    TRAMPOLINE_COPIES(%rbp), %ebx
        movl    TRAMPOLINE_COPY_COUNT(%rbp), %edx
2:
        testl   %edx, %edx
        jz      3f
        movl    0(%rbx), %edi
        movl    4(%rbx), %esi
        movl    8(%rbx), %eax
        repeat  movs, %eax
        addl    $TRAMPOLINE_COPY_SIZE, %ebx
        decl    %edx
        jmp     2b
3:
        movl    TRAMPOLINE_ZEROS(%rbp), %ebx
        movl    TRAMPOLINE_ZERO_COUNT(%rbp), %edx
        xorl    %eax, %eax
4:
        testl   %edx, %edx
        jz      5f
        movl    0(%rbx), %edi
        movl    4(%rbx), %esi
        repeat  stos, %esi
        addl    $TRAMPOLINE_ZERO_SIZE, %ebx
        decl    %edx
        jmp     4b
5:
        leaq    compatibility_mode(%rip), %rax
        pushq   $TRAMPOLINE_CODE_SELECTOR
        pushq   %rax
        lretq

        .code32
compatibility_mode:
        movl    $TRAMPOLINE_DATA_SELECTOR, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %ss
        movl    %eax, %fs
        movl    %eax, %gs

        movl    $CR0_PE_ET, %eax        /* clear PG, WP, CD, NW and the rest */
        movl    %eax, %cr0
        jmp     6f                      /* discard instructions fetched in the old mode */
6:
        xorl    %eax, %eax              /* clear LME, NXE, SCE */
        xorl    %edx, %edx
        movl    $MSR_EFER, %ecx
        wrmsr
        movl    %eax, %cr4              /* clear PAE and LA57 */

        lldt    %ax
        movl    $TRAMPOLINE_TSS_SELECTOR, %eax
        ltr     %ax

        pushl   $EFLAGS_NONE            /* LRETQ has left the stack empty */
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
