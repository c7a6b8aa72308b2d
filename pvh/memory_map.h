/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's memory map in normal form: sorted, disjoint, overlaps resolved. */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/base/range.h"

#include <stddef.h>
#include <stdint.h>

/* The result of GetMemoryMap: descriptors of `stride` bytes each, in the firmware's order. */
struct firmware_map {
    const uint8_t *descriptors;
    size_t size;   /* of all descriptors, in bytes */
    size_t stride; /* DescriptorSize: at least 40 bytes, may be larger */
};

/* ABI: EFI_MEMORY_DESCRIPTOR (UEFI 2.10, section 7.2.3). */
struct memory_descriptor {
    uint32_t type;
    uint64_t start;
    uint64_t pages;
    uint64_t attributes;
};

/*
 * The class of a range of memory, from the least to the most restrictive: where descriptors
 * overlap, the highest class wins.
 */
enum memory_class {
    MEMORY_NONE, /* no descriptor; never in a map */

    MEMORY_CONVENTIONAL, /* free RAM */
    MEMORY_BOOT_SERVICES_CODE,
    MEMORY_BOOT_SERVICES_DATA,
    MEMORY_LOADER_CODE,
    MEMORY_LOADER_DATA,

    MEMORY_PERSISTENT,

    MEMORY_LARGE_MMIO, /* not in the E820 table */
    MEMORY_ISA_HOLE,   /* 0xa0000-0xfffff; not in the E820 table unless something reserves it */

    MEMORY_ACPI,
    MEMORY_NVS,

    MEMORY_RESERVED, /* from here on, type 2 in the E820 table */
    MEMORY_RUNTIME_CODE,
    MEMORY_RUNTIME_DATA,
    MEMORY_MMIO,
    MEMORY_MMIO_PORT,
    MEMORY_PAL_CODE,
    MEMORY_UNACCEPTED,
    MEMORY_SPECIFIC_PURPOSE,
    MEMORY_UNKNOWN,
    MEMORY_ECAM, /* a PCI configuration window in ACPI's MCFG table */

    MEMORY_UNUSABLE,

    MEMORY_OVERRIDDEN, /* RAM: ACPI NVS given to the kernel by --overwrite-acpi-nvs */

    MEMORY_TABLES, /* ACPI tables in memory of any class: internal, never in a map */

    MEMORY_CLASSES
};

/* VGA and ROMs: never RAM, whatever the firmware's map says. */
extern const struct range isa_hole;

/* RAM that is free now or after boot services have ended. */
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
    struct memory_range *ranges; /* sorted, disjoint; adjacent ranges differ in class */
    size_t count;
    size_t descriptors; /* number of descriptors that it was made from */

    /* Scratch memory, preallocated since memory_map_build() must not allocate. */
    struct map_edge *edges;
    size_t edge_count;
    size_t capacity; /* of `edges` and `ranges` */
};

/* Information that is not in the firmware's descriptors. */
struct map_overlays {
    const struct range *ecam; /* windows from MCFG */
    size_t ecam_count;
    const struct range *tables; /* ACPI tables: what would be RAM is MEMORY_ACPI there */
    size_t table_count;
    const struct range *override; /* ACPI NVS in these ranges becomes RAM */
    size_t override_count;
    struct range own_tables; /* our own ACPI tables, as `tables`; may be empty */
};

/*
 * Makes room for a map of up to `descriptors` descriptors and `overlays` overlaid ranges. Fails
 * with ERROR_OUT_OF_MEMORY.
 */
bool memory_map_reserve(struct memory_map *map, struct arena *arena, size_t descriptors,
                        size_t overlays, struct error *ret_error);

/* Makes room for more overlaid ranges; keeps the map. Fails with ERROR_OUT_OF_MEMORY. */
bool memory_map_reserve_more(struct memory_map *map, struct arena *arena, size_t overlays,
                             struct error *ret_error);

/* Fills `map`. Allocates nothing. Fails with ERROR_MAP_STRIDE or ERROR_MAP_TOO_LARGE. */
bool memory_map_build(struct memory_map *map, const struct firmware_map *firmware,
                      const struct map_overlays *overlays, struct error *ret_error);

/* Decodes the descriptor at `index`, which must be below size / stride. */
struct memory_descriptor memory_map_descriptor(const struct firmware_map *firmware, size_t index);

/* The range that contains `address`, or the next one above; NULL if there is none. */
const struct memory_range *memory_map_find(const struct memory_map *map, uint64_t address);

/*
 * Finds the first part of `range`, whole pages, that the kernel cannot use: not RAM, or memory that
 * the firmware keeps. ACPI NVS is acceptable if `allow_nvs` is set. False if there is none.
 */
bool memory_map_find_blocker(const struct memory_map *map, struct range range, bool allow_nvs,
                             struct memory_range *ret_blocker);

/* The free memory in bytes: in total, and in the largest range. */
void memory_map_count_free(const struct memory_map *map, uint64_t *ret_all, uint64_t *ret_largest);

/* The class's name for messages: "ACPI NVS". */
const char *memory_class_name(enum memory_class class);
