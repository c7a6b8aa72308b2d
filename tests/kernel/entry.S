/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PVH entry point: records the state at entry, then sets up a stack and a zeroed bss for C.
 *
 * The kernel may run at any address and ESP is not a stack yet, but 32-bit code needs a CALL to learn
 * its address. Memory below 0x8000 belongs to the kernel by the ABI (RAM in which no loader may place
 * anything), so the first words are saved there, by absolute address. Before PUSHF there are only
 * MOVs, which do not change EFLAGS, and start_info is not written.
 */
#include "entry_state.h"
#include "image_table.h"

#define SCRATCH       0x7e00
#define SCRATCH_STACK 0x7f00
#define MSR_EFER      0xc0000080
#define STACK_SIZE    0x8000

    .section .text.entry, "ax"
    .globl pvh_entry
    .hidden pvh_entry
    .code32
pvh_entry:
    movl    %eax, SCRATCH + ENTRY_EAX
    movl    %ecx, SCRATCH + ENTRY_ECX
    movl    %edx, SCRATCH + ENTRY_EDX
    movl    %ebx, SCRATCH + ENTRY_EBX
    movl    %esp, SCRATCH + ENTRY_ESP
    movl    %ebp, SCRATCH + ENTRY_EBP
    movl    %esi, SCRATCH + ENTRY_ESI
    movl    %edi, SCRATCH + ENTRY_EDI

    movl    %cs, %eax
    movl    %eax, SCRATCH + ENTRY_CS
    movl    %es, %eax
    movl    %eax, SCRATCH + ENTRY_ES
    movl    %ss, %eax
    movl    %eax, SCRATCH + ENTRY_SS
    movl    %ds, %eax
    movl    %eax, SCRATCH + ENTRY_DS
    /* DS works, as the code so far shows; with it, a wrong ES or SS can be reported. */
    movl    %eax, %es
    movl    %eax, %ss

    movl    $SCRATCH_STACK, %esp
    pushfl
    popl    SCRATCH + ENTRY_EFLAGS
    rdtsc
    movl    %eax, SCRATCH + ENTRY_TSC_LOW
    movl    %edx, SCRATCH + ENTRY_TSC_HIGH

    cli
    cld
    call    0f
0:  popl    %ebx
    addl    $_GLOBAL_OFFSET_TABLE_ + (. - 0b), %ebx

    /* Check the bss before its first use; C needs it zeroed even if it was not. */
    leal    bss_start@GOTOFF(%ebx), %edi
    leal    bss_end@GOTOFF(%ebx), %edx
    subl    %edi, %edx
    shrl    $2, %edx
    movl    %edx, %ecx
    xorl    %eax, %eax
    repe scasl
    je      1f
    leal    -4(%edi), %eax
1:  movl    %eax, SCRATCH + ENTRY_DIRTY_BSS
    leal    bss_start@GOTOFF(%ebx), %edi
    movl    %edx, %ecx
    xorl    %eax, %eax
    rep stosl

    movl    $SCRATCH, %esi
    leal    entry_state@GOTOFF(%ebx), %edi
    movl    $ENTRY_EARLY_SIZE / 4, %ecx
    rep movsl

    leal    stack_top@GOTOFF(%ebx), %esp
    leal    entry_state@GOTOFF(%ebx), %esi
    movl    %cr0, %eax
    movl    %eax, ENTRY_CR0(%esi)
    movl    %cr3, %eax
    movl    %eax, ENTRY_CR3(%esi)
    movl    %cr4, %eax
    movl    %eax, ENTRY_CR4(%esi)
    movl    $MSR_EFER, %ecx
    rdmsr
    movl    %eax, ENTRY_EFER_LOW(%esi)
    movl    %edx, ENTRY_EFER_HIGH(%esi)
    str     ENTRY_TR(%esi)
    sldt    ENTRY_LDTR(%esi)
    sgdtl   ENTRY_GDTR(%esi)
    sidtl   ENTRY_IDTR(%esi)

    /* The System V ABI requires ESP to be a multiple of 16 at the call. */
    subl    $12, %esp
    pushl   %esi
    call    kernel_main
2:  cli
    hlt
    jmp     2b

/* Filled in by mkelf.py, with the shape of the ELF file. */
    .section .image_table, "a"
    .globl image_table
    .hidden image_table
    .balign 16
image_table:
    .space  IMAGE_TABLE_SIZE

    .section .bss.entry, "aw", @nobits
    .balign 16
entry_state:
    .space  ENTRY_SIZE
    .balign 16
    .space  STACK_SIZE
stack_top:

    .section .note.GNU-stack, "", @progbits
