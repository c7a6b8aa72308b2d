/* SPDX-License-Identifier: BSD-2-Clause */
/* The test kernel's head: one entry for PVH and for Multiboot2, which begins with the end mark. */
#define MULTIBOOT2_MAGIC 0xe85250d6
#define STACK_SIZE       4096

    .section .head, "a"
    .balign 8
multiboot2_header:
    .long   MULTIBOOT2_MAGIC, 0, multiboot2_header_end - multiboot2_header
    .long   -(MULTIBOOT2_MAGIC + (multiboot2_header_end - multiboot2_header))
    .short  0, 0 /* no tags */
    .long   8
multiboot2_header_end:

    .section .note.pvh, "a", @note
    .long   4, 4, 18 /* XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz  "Xen"
    .long   kernel_entry

    .text
    .globl  kernel_entry
    .code32
kernel_entry:
    .byte   0x0f, 0x1f, 0x84, 0x00 /* MARK(MARK_END) */
    .long   0x50564802
    movl    $stack_top, %esp
    pushl   %ebx
    pushl   %eax
    call    kernel_main

    .section .stack, "aw", @progbits
    .balign 16
    .space  STACK_SIZE
stack_top:

    .section .note.GNU-stack, "", @progbits
