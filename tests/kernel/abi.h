/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PVH boot ABI as this kernel expects it. Deliberately not shared with the loader, so that a
 * wrong number in the loader's headers is detected.
 */
#pragma once

#include <stdint.h>

#define START_INFO_MAGIC   0x336ec578u
#define START_INFO_VERSION 1u

struct start_info {
    uint32_t magic;
    uint32_t version;
    uint32_t flags;
    uint32_t nr_modules;
    uint64_t modlist_paddr;
    uint64_t cmdline_paddr;
    uint64_t rsdp_paddr;
    uint64_t memmap_paddr;
    uint32_t memmap_entries;
    uint32_t reserved;
};
_Static_assert(sizeof(struct start_info) == 56, "ABI");

struct module_entry {
    uint64_t paddr;
    uint64_t size;
    uint64_t cmdline_paddr;
    uint64_t reserved;
};
_Static_assert(sizeof(struct module_entry) == 32, "ABI");

struct memmap_entry {
    uint64_t addr;
    uint64_t size;
    uint32_t type;
    uint32_t reserved;
};
_Static_assert(sizeof(struct memmap_entry) == 24, "ABI");

enum memmap_type {
    MEMMAP_RAM = 1,
    MEMMAP_RESERVED = 2,
    MEMMAP_ACPI = 3,
    MEMMAP_NVS = 4,
    MEMMAP_UNUSABLE = 5,
    MEMMAP_PERSISTENT = 7,
};

/* Linux copies the table unchecked into one of 128 entries and adds one entry of its own. */
#define MEMMAP_MIN_ENTRIES 2u
#define MEMMAP_MAX_ENTRIES 126u

/* Linux reads the lists through page tables that map the first GiB and nothing else. */
#define BOOT_INFO_LIMIT (1ull << 30)
/* nanos only maps the one large page that contains start_info. */
#define BOOT_INFO_PAGE (2ull << 20)
/* Linux copies this many bytes from cmdline_paddr, whatever the length of the string. */
#define CMDLINE_READABLE 2048u
/* NetBSD looks for the end of the string four bytes at a time. */
#define CMDLINE_ZERO_BYTES 8u
/*
 * What kernels write to before they have read everything: OSv its copies of the memory map and more
 * up to 0x8000, nanos its stack below 0xa000, toro page tables from 0x90000 to 0x94000.
 */
#define LOW_MEMORY_END   0xa000u
#define LOW_TABLES_START 0x90000u
#define LOW_TABLES_END   0x94000u
/* What is not RAM in the map is nowhere below this: kernels take all RAM there for themselves. */
#define OWN_TABLES_START 0x100000u
/* NetBSD moves its boot info to the end of its image before it reads it. */
#define KEPT_FREE_AFTER_IMAGE 0x10000u

#define LEGACY_HOLE_START 0xa0000u
#define LEGACY_HOLE_END   0x100000u
#define FOUR_GIB          (1ull << 32)
