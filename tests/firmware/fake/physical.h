/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine's memory. The loader takes physical addresses for pointers, so they are: the pages
 * lie at their own addresses in this process. What is not the loader's cannot be touched: any
 * access there ends the run at once.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/range.h"

/*
 * Addresses that hold pages here. Below 64 KiB Linux maps nothing, from 2 GiB on the address
 * sanitizer has its own memory; what lies outside can be described and reserved, not touched.
 */
#define HOST_MEMORY_START UINT64_C(0x10000)
#define HOST_MEMORY_END   UINT64_C(0x7fff0000)
#define HIGH_MEMORY_START UINT64_C(0x200000000000)
#define HIGH_MEMORY_END   (HIGH_MEMORY_START + GIB)

/* What fresh pages hold: nothing may count on zeroes. */
#define STALE_BYTE 0xaf

/* UEFI 2.10, section 7.2.3, beyond what GNU-EFI 3.0.15 has. */
#define TYPE_PERSISTENT   14
#define TYPE_UNACCEPTED   15
#define ATTRIBUTE_WB      UINT64_C(0x8)
#define ATTRIBUTE_SPECIAL UINT64_C(0x40000)

/* Once for the process, before the first run. */
void physical_reserve(void);

/* Adds memory to the machine. Pages, not there yet. */
void physical_add(uint32_t type, uint64_t start, uint64_t end);
void physical_add_with(uint32_t type, uint64_t start, uint64_t end, uint64_t attributes);

/* Makes another type of pages that the firmware has, or that are free. False for the loader's. */
bool physical_change(uint32_t type, struct range range);

/* Writes a table of the firmware's, for everyone to read. */
void physical_write(uint64_t address, const void *bytes, size_t size);

/* The largest free range below `limit`. */
struct range physical_largest_free(uint64_t limit);

/* True when all of the range is the loader's. */
bool physical_is_loaders(struct range range);

/*
 * True when all of it is RAM after boot services: free, the loader's or boot services'; or, where
 * that is allowed, ACPI NVS.
 */
bool physical_is_ram(struct range range, bool allow_nvs);

/*
 * Lets the hand-over write there, which must be RAM. What was the firmware's until then holds what
 * it pleases.
 */
void physical_surrender(struct range range);

/* The first pages that the loader took and has not given back. False when there are none. */
bool physical_find_leak(struct range *ret_range);

/* Changes whenever the map does. */
UINTN physical_key(void);
void physical_touch(void);

/* What the loader was told last, for comparison with what it tells the kernel. */
struct told_map {
    uint8_t *bytes;
    size_t size;
    size_t stride;
};
const struct told_map *physical_told_map(void);

/* How AllocatePages and GetMemoryMap behave. A scenario's to set. */
struct memory_ways {
    size_t stride;
    bool lies; /* and says another stride: */
    size_t said_stride;
    bool bottom_up;                  /* AllocateAnyPages takes the lowest */
    uint64_t split;                  /* bytes of the largest descriptor; 0 for any */
    uint64_t shuffle;                /* seed of a random order; 0 for sorted */
    size_t cut;                      /* bytes missing at the end of the map */
    struct range withheld;           /* free, but AllocateAddress does not give it */
    size_t empty;                    /* so many descriptors of no length */
    bool enforce_nx;                 /* with the memory attribute protocol, */
    bool refuse_read_only;           /* which makes no page read-only */
    EFI_MEMORY_DESCRIPTOR extra[16]; /* lies: told, and nothing behind them */
    size_t extra_count;
};
extern struct memory_ways memory_ways;

/* The services. */
EFI_STATUS EFIAPI fake_allocate_pages(EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE type, UINTN pages,
                                      EFI_PHYSICAL_ADDRESS *address);
EFI_STATUS EFIAPI fake_free_pages(EFI_PHYSICAL_ADDRESS address, UINTN pages);
EFI_STATUS EFIAPI fake_get_memory_map(UINTN *size, EFI_MEMORY_DESCRIPTOR *buffer, UINTN *key,
                                      UINTN *stride, UINT32 *version);
extern struct memory_attribute_protocol fake_memory_attribute;
bool physical_is_executable(struct range range);
