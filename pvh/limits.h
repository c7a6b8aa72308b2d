/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The limits of kernels started through PVH, each defined once and attributed to its kernel. The
 * ABI itself (xen/include/public/arch-x86/hvm/start_info.h) has none. Statements about Linux are
 * true of 6.1, 6.12 and 7.3.
 */
#pragma once

#include "common/base/units.h"

/*
 * Kernels are entered in 32-bit mode, and most use only the low half of the addresses passed to
 * them (Linux: boot_params' cmd_line_ptr, ramdisk_image): everything is loaded below this.
 */
#define ADDRESS_LIMIT (4 * GIB)

/*
 * Linux reads the memory map and the module list through page tables that map this much
 * (pvh_level2_ident_pgt; arch/x86/platform/pvh/head.S), and FreeBSD all of the boot info
 * (sys/amd64/amd64/xen-locore.S). Anything above causes a silent triple fault.
 */
#define BOOT_INFO_LIMIT (1 * GIB)

/*
 * nanos maps only the large page that EBX points into (src/x86_64/init.s): the boot info must fit
 * into one large page.
 */
#define BOOT_INFO_LARGE_PAGE (2 * MIB)

/*
 * The low memory that may contain the boot info; kernels overwrite the rest before they read it.
 * OSv writes its own tables to 0x1000-0x8000 (arch/x64/pvh-boot.cc), nanos has its stack below
 * 0xa000 (src/x86_64/init.s), toro its page tables from 0x90000 (boot/pvhbootloader.asm). Linux
 * never uses the first 64 KiB as RAM.
 */
#define LOW_BOOT_INFO_START UINT64_C(0x10000)
#define LOW_BOOT_INFO_END   UINT64_C(0x90000)

/*
 * Nothing is placed in this many bytes after a kernel: NetBSD copies a page of the boot info and
 * the memory map to just after its own end before it reads them (sys/arch/amd64/amd64/locore.S,
 * start_xen32), and FreeBSD allocates memory there.
 */
#define GUARD_AFTER_SPAN (64 * KIB)

/*
 * Gaps between segments up to this size belong to the kernel. Linux aligns parts with different
 * permissions to 2 MiB (HPAGE_SIZE in arch/x86/kernel/vmlinux.lds.S) and later frees the gaps to
 * its own allocator (free_kernel_image_pages() in arch/x86/mm/init.c): Debian's 6.1 and 6.12
 * have 1.1 to 1.9 MiB between text and data. No kernel is known to use a larger gap, so memory
 * there keeps its type.
 */
#define NEAR_GAP (2 * MIB)

/*
 * Linux copies COMMAND_LINE_SIZE bytes from the command line's address, whatever its length, and
 * uses all but the last one, which becomes the NUL (copy_bootdata() in arch/x86/kernel/head64.c).
 */
#define LINUX_COMMAND_LINE_SIZE 2048
#define LINUX_COMMAND_LINE_MAX  (LINUX_COMMAND_LINE_SIZE - 1)

/* NetBSD looks for the end of the command line in steps of 32 bits: at least 4 NULs; twice that. */
#define COMMAND_LINE_NULS 8

/*
 * Linux copies the memory map unchecked to a table of 128 entries (E820_MAX_ENTRIES_ZEROPAGE) and
 * adds one of its own (init_pvh_bootparams() in arch/x86/platform/pvh/enlighten.c), but not if 127
 * are used.
 */
#define E820_MAX_ENTRIES 126

/*
 * Kernels start secondary processors from RAM below this: Linux panics without any, even with one
 * processor (reserve_real_mode() in arch/x86/realmode/init.c).
 */
#define LOW_RAM_END (640 * KIB)

/* VGA and ROMs: never RAM on a PC; Linux reserves it whatever the memory map says. */
#define ISA_HOLE_START LOW_RAM_END
#define ISA_HOLE_END   MIB

/*
 * On EFI boots Linux removes memory-mapped I/O of this size and more from the E820 table, since it
 * does not place PCI BARs over reserved entries (efi_remove_e820_mmio() in
 * arch/x86/platform/efi/efi.c). When it is started through PVH, the loader has to do that.
 */
#define LARGE_MMIO (256 * KIB)

/*
 * Linux rejects a table with an entry that ends at 2^64 (e820__update_table()): the last page is
 * left out of the table.
 */
#define MEMMAP_END (UINT64_MAX - (PAGE_SIZE - 1))

/*
 * Files that are concatenated to one module start at multiples of this: Linux looks for the next
 * archive of an initrd there (Documentation/driver-api/early-userspace/buffer-format.rst).
 */
#define MODULE_PART_ALIGNMENT 4

/* The loader's log in the ACPI overlay, in bytes: with its header, 64 KiB. */
#define BOOT_LOG_SIZE (64 * KIB - 8)
