/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine's memory. The loader uses physical addresses as pointers, so pages are mapped at
 * their physical addresses in this process. Pages that the loader does not own are inaccessible:
 * any access ends the run.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/range.h"

/*
 * The addresses that can be mapped. Linux does not map addresses below 64 KiB, and the address
 * sanitizer uses those from 2 GiB. Others can be in the memory map, but cannot be accessed.
 */
#define HOST_MEMORY_START UINT64_C(0x10000)
#define HOST_MEMORY_END   UINT64_C(0x7fff0000)
#define HIGH_MEMORY_START UINT64_C(0x200000000000)
#define HIGH_MEMORY_END   (HIGH_MEMORY_START + GIB)

/* The contents of new pages, so that nothing relies on zeros. */
#define STALE_BYTE 0xaf

/* UEFI 2.10, section 7.2.3, beyond what GNU-EFI 3.0.15 has. */
#define TYPE_PERSISTENT   14
#define TYPE_UNACCEPTED   15
#define ATTRIBUTE_WB      UINT64_C(0x8)
#define ATTRIBUTE_SPECIAL UINT64_C(0x40000)

/* Called once, before the first run. */
void physical_reserve(void);

/* Takes back all of it at the end of a run: nothing can be accessed, nothing is poisoned. */
void physical_forget(void);

/* Adds memory to the machine: whole pages that do not exist yet. */
void physical_add(uint32_t type, uint64_t start, uint64_t end);
void physical_add_with(uint32_t type, uint64_t start, uint64_t end, uint64_t attributes);

/* Changes the type of pages that are free or the firmware's. False for pages of the loader. */
bool physical_change(uint32_t type, struct range range);

/* Writes a table of the firmware, and makes it readable. */
void physical_write(uint64_t address, const void *bytes, size_t size);

/* The largest free range below `limit`. */
struct range physical_largest_free(uint64_t limit);

/* True when the loader owns all of the range. */
bool physical_is_loaders(struct range range);

/*
 * True when all of it is RAM after boot services: free, the loader's or boot services'; also ACPI
 * NVS if that is allowed.
 */
bool physical_is_ram(struct range range, bool allow_nvs);

/*
 * Lets the trampoline write to the range, which must be RAM. Memory that was the firmware's is
 * filled with garbage.
 */
void physical_surrender(struct range range);

/* Finds the first pages that the loader has not freed. False when there are none. */
bool physical_find_leak(struct range *ret_range);

/* The map key: changes whenever the map does. */
UINTN physical_key(void);
void physical_touch(void);

/* The map that the loader was told last, to compare it with the kernel's. */
struct told_map {
    uint8_t *bytes;
    size_t size;
    size_t stride;
};
const struct told_map *physical_told_map(void);

/* How AllocatePages and GetMemoryMap behave; set by scenarios. */
struct memory_ways {
    size_t stride;
    bool lies; /* and reports another stride: */
    size_t said_stride;
    bool bottom_up;                  /* AllocateAnyPages allocates the lowest pages */
    bool no_spare;                   /* what the loader's arenas allocate has pages of its own */
    uint64_t split;                  /* size of the largest descriptor in bytes; 0 for no limit */
    uint64_t shuffle;                /* seed of a random order; 0 for sorted */
    size_t cut;                      /* bytes missing at the end of the map */
    struct range withheld;           /* free, but AllocateAddress fails */
    struct range in_use[2];          /* free, but the firmware runs in it */
    bool exhausted;                  /* AllocatePages refuses everything */
    size_t empty;                    /* number of empty descriptors */
    bool enforce_nx;                 /* with the memory attribute protocol */
    bool refuse_read_only;           /* it makes no page read-only */
    EFI_MEMORY_DESCRIPTOR extra[16]; /* wrong descriptors, without memory */
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
