/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ABI: hvm_start_info version 1 and the structures it points to, as defined by Xen's x86/HVM direct
 * boot ABI (xen/include/public/arch-x86/hvm/start_info.h). All numbers are little-endian. Nothing
 * here may change: kernels read these structures at fixed offsets.
 *
 *   0 magic          4 version       8 flags        12 nr_modules
 *  16 modlist_paddr                 24 cmdline_paddr
 *  32 rsdp_paddr                    40 memmap_paddr
 *  48 memmap_entries 52 reserved    56
 */
#pragma once

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define HVM_START_MAGIC   UINT32_C(0x336ec578) /* "xEn3" with the high bit of the E set */
#define HVM_START_VERSION 1

struct hvm_start_info {
    uint32_t magic;
    uint32_t version;
    uint32_t flags; /* SIF_*: 0 for kernels that are not Xen guests */
    uint32_t nr_modules;
    uint64_t modlist_paddr; /* 0 when nr_modules is 0 */
    uint64_t cmdline_paddr;
    uint64_t rsdp_paddr; /* 0 when the firmware has no ACPI tables */
    uint64_t memmap_paddr;
    uint32_t memmap_entries;
    uint32_t reserved;
};

static_assert(sizeof(struct hvm_start_info) == 56, "ABI");
static_assert(offsetof(struct hvm_start_info, magic) == 0, "ABI");
static_assert(offsetof(struct hvm_start_info, version) == 4, "ABI");
static_assert(offsetof(struct hvm_start_info, flags) == 8, "ABI");
static_assert(offsetof(struct hvm_start_info, nr_modules) == 12, "ABI");
static_assert(offsetof(struct hvm_start_info, modlist_paddr) == 16, "ABI");
static_assert(offsetof(struct hvm_start_info, cmdline_paddr) == 24, "ABI");
static_assert(offsetof(struct hvm_start_info, rsdp_paddr) == 32, "ABI");
static_assert(offsetof(struct hvm_start_info, memmap_paddr) == 40, "ABI");
static_assert(offsetof(struct hvm_start_info, memmap_entries) == 48, "ABI");
static_assert(offsetof(struct hvm_start_info, reserved) == 52, "ABI");

struct hvm_modlist_entry {
    uint64_t paddr;
    uint64_t size;
    uint64_t cmdline_paddr; /* 0 for none */
    uint64_t reserved;
};

static_assert(sizeof(struct hvm_modlist_entry) == 32, "ABI");
static_assert(offsetof(struct hvm_modlist_entry, paddr) == 0, "ABI");
static_assert(offsetof(struct hvm_modlist_entry, size) == 8, "ABI");
static_assert(offsetof(struct hvm_modlist_entry, cmdline_paddr) == 16, "ABI");
static_assert(offsetof(struct hvm_modlist_entry, reserved) == 24, "ABI");

struct hvm_memmap_entry {
    uint64_t addr;
    uint64_t size;
    uint32_t type;
    uint32_t reserved;
};

static_assert(sizeof(struct hvm_memmap_entry) == 24, "ABI");
static_assert(offsetof(struct hvm_memmap_entry, addr) == 0, "ABI");
static_assert(offsetof(struct hvm_memmap_entry, size) == 8, "ABI");
static_assert(offsetof(struct hvm_memmap_entry, type) == 16, "ABI");
static_assert(offsetof(struct hvm_memmap_entry, reserved) == 20, "ABI");

/* ABI: memmap types, those of ACPI's address range types (XEN_HVM_MEMMAP_TYPE_*). */
enum hvm_memmap_type {
    HVM_MEMMAP_RAM = 1,
    HVM_MEMMAP_RESERVED = 2,
    HVM_MEMMAP_ACPI = 3,
    HVM_MEMMAP_NVS = 4,
    HVM_MEMMAP_UNUSABLE = 5,
    HVM_MEMMAP_PMEM = 7,
};
