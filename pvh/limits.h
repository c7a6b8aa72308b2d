/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What kernels that are started through PVH can take, each limit once, with whose it is. The ABI
 * itself (xen/include/public/arch-x86/hvm/start_info.h) has none of them. What is said of Linux
 * holds for 6.1, 6.12 and 7.3.
 */
#pragma once

#include "common/base/units.h"

/*
 * Kernels are entered in 32-bit mode and most take the low half of every address they are told
 * (Linux: boot_params' cmd_line_ptr, ramdisk_image): all that is loaded lies below.
 */
#define ADDRESS_LIMIT (4 * GIB)

/*
 * Linux reads the memory map and the module list through page tables that map this much
 * (pvh_level2_ident_pgt; arch/x86/platform/pvh/head.S), and FreeBSD all of the boot info
 * (sys/amd64/amd64/xen-locore.S). What lies above ends in a silent triple fault.
 */
#define BOOT_INFO_LIMIT (1 * GIB)

/*
 * nanos maps the one large page that EBX points into and nothing else of the boot info
 * (src/x86_64/init.s): it lies within one, and is no larger.
 */
#define BOOT_INFO_LARGE_PAGE (2 * MIB)

/*
 * Low memory that is left alone. OSv writes its own tables to 0x1000-0x8000 before it reads the
 * boot info (arch/x64/pvh-boot.cc), nanos has its stack below 0xa000 (src/x86_64/init.s), toro its
 * page tables from 0x90000 on (boot/pvhbootloader.asm). Linux never uses the first 64 KiB as RAM.
 */
#define LOW_BOOT_INFO_START UINT64_C(0x10000)
#define LOW_BOOT_INFO_END   UINT64_C(0x90000)

/*
 * NetBSD copies its boot info, a page of it and the memory map, behind its own end before it reads
 * it (sys/arch/amd64/amd64/locore.S, start_xen32), and FreeBSD allocates from there: nothing is
 * placed in so many bytes behind a kernel.
 */
#define GUARD_AFTER_SPAN (64 * KIB)

/*
 * Gaps between segments up to this size are the kernel's like its segments. Linux aligns parts with
 * other rights to 2 MiB (HPAGE_SIZE in arch/x86/kernel/vmlinux.lds.S) and, once it runs, frees the
 * gaps as memory of its own (free_kernel_image_pages() in arch/x86/mm/init.c): Debian's 6.1 and
 * 6.12 have 1.1 to 1.9 MiB between text and data. No kernel is known that takes a larger gap for
 * its own: what lies in one stays what it is.
 */
#define NEAR_GAP (2 * MIB)

/*
 * Linux copies COMMAND_LINE_SIZE bytes from the command line's address, whatever its length, and
 * takes one less with its NUL (copy_bootdata() in arch/x86/kernel/head64.c).
 */
#define LINUX_COMMAND_LINE_SIZE 2048
#define LINUX_COMMAND_LINE_MAX  (LINUX_COMMAND_LINE_SIZE - 1)

/* NetBSD looks for the end of the command line in steps of 32 bits: at least 4 NULs; twice that. */
#define COMMAND_LINE_NULS 8

/*
 * Linux copies the memory map unchecked into a table of 128 entries (E820_MAX_ENTRIES_ZEROPAGE) and
 * adds one of its own (init_pvh_bootparams() in arch/x86/platform/pvh/enlighten.c); 127 entries
 * leave no room for it.
 */
#define E820_MAX_ENTRIES 126

/*
 * RAM below this is what kernels start their other processors from: Linux panics without any, even
 * with one processor (reserve_real_mode() in arch/x86/realmode/init.c).
 */
#define LOW_RAM_END (640 * KIB)

/* VGA and ROMs: never RAM on a PC, and Linux reserves it whatever the memory map says. */
#define ISA_HOLE_START LOW_RAM_END
#define ISA_HOLE_END   MIB

/*
 * Linux takes memory-mapped I/O of this size and more out of the E820 table on EFI boots, since a
 * reserved entry keeps it from placing PCI BARs there (efi_remove_e820_mmio() in
 * arch/x86/platform/efi/efi.c); started through PVH it cannot know.
 */
#define LARGE_MMIO (256 * KIB)

/*
 * Linux gives up on a table with an entry that ends at 2^64 (e820__update_table()): the last page
 * is never described.
 */
#define MEMMAP_END (UINT64_MAX - (PAGE_SIZE - 1))

/*
 * Where several files are one module, each starts at a multiple of this: Linux finds the next
 * archive of an initrd there (Documentation/driver-api/early-userspace/buffer-format.rst).
 */
#define MODULE_PART_ALIGNMENT 4
