/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PVH entry: 32-bit protected mode, no paging, flat segments, interrupts off, no stack; EBX is
 * the start info. From here to 64-bit mode, the first 4 GiB mapped as they are, and to hello().
 */
        .set    WRITABLE, 0x3           /* and present */
        .set    LARGE, 0x80             /* 2 MiB */
        .set    CR0_PG_MP, 1 << 31 | 1 << 1
        .set    CR4_PAE_SSE, 1 << 5 | 3 << 9
        .set    MSR_EFER, 0xc0000080
        .set    EFER_LME, 1 << 8

/* The note has to be in a PT_NOTE segment (hello.lds) for QEMU and Cloud Hypervisor. */
        .section .note.Xen, "a", @note
        .balign 4
        .long   4, 8, 18                /* sizes of name and value; XEN_ELFNOTE_PHYS32_ENTRY */
        .asciz  "Xen"
        .quad   entry

        .section .text.entry, "ax"
        .code32
        .globl  entry
entry:
        cld
        movl    $stack_end, %esp
        movl    %ebx, %esi
        /* Four tables of entries for 2 MiB; one for GiB; one for 512 GiB. */
        movl    $page_directories, %edi
        movl    $(WRITABLE | LARGE), %eax
1:      movl    %eax, (%edi)
        movl    $0, 4(%edi)
        addl    $8, %edi
        addl    $0x200000, %eax
        jnc     1b                      /* until 4 GiB wrap around */
        .irp    gib, 0, 1, 2, 3
        movl    $(page_directories + \gib * 0x1000 + WRITABLE), page_pointers + \gib * 8
        .endr
        movl    $(page_pointers + WRITABLE), page_map
        movl    $page_map, %eax
        movl    %eax, %cr3
        movl    $CR4_PAE_SSE, %eax
        movl    %eax, %cr4
        movl    $MSR_EFER, %ecx
        rdmsr
        orl     $EFER_LME, %eax
        wrmsr
        movl    %cr0, %eax
        orl     $CR0_PG_MP, %eax
        movl    %eax, %cr0
        lgdt    gdt_pointer
        ljmp    $8, $1f
        .code64
1:      movl    $16, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %ss
        movl    %esi, %edi              /* hello(start_info), and the upper half is zero */
        call    hello
2:      cli
        hlt
        jmp     2b
        .section .rodata
        .balign 8
gdt:    .quad   0
        .quad   0x00209b0000000000      /* code of 64 bits, accessed: the processor need not write */
        .quad   0x00cf93000000ffff      /* data */
gdt_pointer:
        .word   gdt_pointer - gdt - 1
        .long   gdt
        .section .bss
        .balign 4096
page_map:       .skip   4096
page_pointers:  .skip   4096
page_directories: .skip 4 * 4096
                .skip   16384
stack_end:
        .section .note.GNU-stack, "", @progbits
