/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replaces the PVH loader when the test kernel itself is tested: sets up the processor state that
 * test_kernel.py requests, correct or with one error, and enters the kernel. The values are filled in
 * there; their layout is PARAMETERS in mock.py.
 */
#define MSR_EFER           0xc0000080
#define MSR_APIC_BASE      0x1b
#define MSR_MTRR_DEFAULT   0x2ff
#define KEEP               0xffffffff  /* what the BIOS has written */
#define PIC_PRIMARY_MASK   0x21
#define PIC_SECONDARY_MASK 0xa1
#define STACK_SIZE         64

#define LOOK_IN_OPTION_ROMS 0xffffffff
#define OPTION_ROMS         0xc0000
#define OPTION_ROMS_END     0xf0000
#define START_INFO_MAGIC    0x336ec578

    .text
    .globl mock_entry
    .code32
mock_entry:
    jmp     start

    .balign 16
parameters:
cr0:            .long 0
cr4:            .long 0
efer:           .long 0
eflags:         .long 0
ebx:            .long 0
target:         .long 0, 0          /* offset, selector */
ds:             .long 0
es:             .long 0
ss:             .long 0
tr:             .long 0
pic_primary:    .long 0
pic_secondary:  .long 0
gdt_limit:      .long 0
gdt_limit_at_entry: .long 0
apic_base:      .long 0
mtrr_default:   .long 0
gdt_at_entry:   .long 0             /* where it is copied to; 0: nowhere */
gdt:            .fill 8, 8, 0

gdt_register:
    .word   0
    .long   gdt
    .balign 16
    .space  STACK_SIZE
stack_top:

start:
    cli
    movl    $stack_top, %esp
    movb    pic_primary, %al
    outb    %al, $PIC_PRIMARY_MASK
    movb    pic_secondary, %al
    outb    %al, $PIC_SECONDARY_MASK

    movl    gdt_limit, %eax
    movw    %ax, gdt_register
    lgdt    gdt_register
    movl    tr, %eax
    testl   %eax, %eax
    jz      1f
    ltr     %ax
1:  movl    cr0, %eax
    movl    %eax, %cr0
    movl    cr4, %eax
    movl    %eax, %cr4
    movl    $MSR_EFER, %ecx
    movl    efer, %eax
    xorl    %edx, %edx
    wrmsr
    movl    apic_base, %eax
    cmpl    $KEEP, %eax
    je      1f
    movl    $MSR_APIC_BASE, %ecx
    wrmsr
1:  movl    mtrr_default, %eax
    cmpl    $KEEP, %eax
    je      1f
    movl    $MSR_MTRR_DEFAULT, %ecx
    wrmsr
1:  movl    gdt_at_entry, %edi
    testl   %edi, %edi
    jz      1f
    movl    %edi, gdt_register + 2
    movl    $gdt, %esi
    movl    $16, %ecx
    rep     movsl
1:  movl    gdt_limit_at_entry, %eax
    movw    %ax, gdt_register
    lgdt    gdt_register

    movl    ebx, %ebx
    cmpl    $LOOK_IN_OPTION_ROMS, %ebx
    jne     3f
    movl    $OPTION_ROMS, %ebx
2:  addl    $16, %ebx
    cmpl    $OPTION_ROMS_END, %ebx
    je      3f
    cmpl    $START_INFO_MAGIC, (%ebx)
    jne     2b

3:  movl    es, %eax
    movl    %eax, %es
    movl    ds, %eax
    movl    ss, %ecx
    pushl   eflags
    movl    %eax, %ds
    popfl
    movl    %ecx, %ss
    ljmp    *target
