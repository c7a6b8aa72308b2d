/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's memory map in one clean form: sorted, disjoint, overlaps resolved. */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/base/range.h"

#include <stddef.h>
#include <stdint.h>

/* What GetMemoryMap returned: descriptors of `stride` bytes each, in the firmware's order. */
struct firmware_map {
    const uint8_t *descriptors;
    size_t size; /* bytes of all descriptors */
    size_t stride;
};

/* ABI: EFI_MEMORY_DESCRIPTOR (UEFI 2.10, section 7.2.3). */
struct memory_descriptor {
    uint32_t type;
    uint64_t start;
    uint64_t pages;
    uint64_t attributes;
};

/*
 * What a range of memory is, from the least to the most restrictive: where descriptors overlap, the
 * higher one counts.
 */
enum memory_class {
    MEMORY_NONE, /* no descriptor: internal, never in a map */

    MEMORY_CONVENTIONAL, /* RAM; free */
    MEMORY_BOOT_SERVICES_CODE,
    MEMORY_BOOT_SERVICES_DATA,
    MEMORY_LOADER_CODE,
    MEMORY_LOADER_DATA,

    MEMORY_PERSISTENT,

    MEMORY_LARGE_MMIO, /* left out of the E820 table */
    MEMORY_ISA_HOLE,   /* 0xa0000-0xfffff, left out unless something reserves it */

    MEMORY_ACPI,
    MEMORY_NVS,

    MEMORY_RESERVED, /* the rest is type 2 */
    MEMORY_RUNTIME_CODE,
    MEMORY_RUNTIME_DATA,
    MEMORY_MMIO,
    MEMORY_MMIO_PORT,
    MEMORY_PAL_CODE,
    MEMORY_UNACCEPTED,
    MEMORY_SPECIFIC_PURPOSE,
    MEMORY_UNKNOWN,
    MEMORY_ECAM, /* a PCI configuration window that ACPI's MCFG table names */

    MEMORY_UNUSABLE,

    MEMORY_OVERRIDDEN, /* ACPI NVS that the user's own decision gives to the kernel: RAM */

    MEMORY_TABLES, /* ACPI tables, whatever they lie in: internal, never in a map */

    MEMORY_CLASSES
};

/* VGA and ROMs: never RAM, whatever a map says. */
extern const struct range isa_hole;

/* RAM that is free or that becomes free when boot services end. */
static inline bool memory_is_ram(enum memory_class class)
{
    return class >= MEMORY_CONVENTIONAL && class <= MEMORY_LOADER_DATA;
}

struct memory_range {
    struct range range; /* page-aligned */
    enum memory_class class;
};

struct map_edge;

struct memory_map {
    struct memory_range *ranges; /* sorted, disjoint, neighbours differ in class */
    size_t count;
    size_t descriptors; /* that it was made of */

    /* Working memory, allocated once so that nothing is needed while boot services end. */
    struct map_edge *edges;
    size_t edge_count;
    size_t capacity; /* edges */
};

/* What firmware's descriptors do not say. */
struct map_overlays {
    const struct range *ecam; /* windows from MCFG */
    size_t ecam_count;
    const struct range *tables; /* ACPI tables: where they lie in RAM, it is MEMORY_ACPI */
    size_t table_count;
    const struct range *override; /* where ACPI NVS becomes RAM */
    size_t override_count;
};

/*
 * Makes room for a map of up to `descriptors` descriptors and as many overlaid ranges. False when
 * memory is short.
 */
bool memory_map_reserve(struct memory_map *map, struct arena *arena, size_t descriptors,
                        size_t overlays, struct error *ret_error);

/* Makes room for more overlaid ranges; the map stays as it is. False when memory is short. */
bool memory_map_reserve_more(struct memory_map *map, struct arena *arena, size_t overlays,
                             struct error *ret_error);

/* Fills `map`. Allocates nothing. */
bool memory_map_build(struct memory_map *map, const struct firmware_map *firmware,
                      const struct map_overlays *overlays, struct error *ret_error);

/* The descriptor at `index`, which is below size / stride. */
struct memory_descriptor memory_map_descriptor(const struct firmware_map *firmware, size_t index);

/* The range that holds `address`, or the first one above it; NULL past the end. */
const struct memory_range *memory_map_find(const struct memory_map *map, uint64_t address);

/*
 * The first part of `range`, whole pages, that cannot be the kernel's: no RAM, or memory that stays
 * the firmware's; ACPI NVS is not among it when `allow_nvs` is set. False when there is none.
 */
bool memory_map_find_blocker(const struct memory_map *map, struct range range, bool allow_nvs,
                             struct memory_range *ret_blocker);

/* Bytes of free memory, in all and in the largest range. */
void memory_map_count_free(const struct memory_map *map, uint64_t *ret_all, uint64_t *ret_largest);

/* The class in words: "ACPI NVS". */
const char *memory_class_name(enum memory_class class);
