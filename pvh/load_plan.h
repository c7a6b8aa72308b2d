/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The load plan: where everything goes, as plain data computed from plain data. The loader carries
 * it out; tests and pvhinfo check and print it.
 *
 * An object (the kernel's span, a module) is made of pieces. Where memory is free, it is allocated
 * and read into directly. Where the firmware or the loader itself still occupies it, the bytes are
 * staged elsewhere below 4 GiB and copied after boot services have ended.
 *
 *      file           now                     after exit
 *     +------+       +------+ direct         +------+
 *     | read | ----> | dest | ==============>| dest |
 *     +------+       +------+                +------+
 *     | read | ----> | stage| -- copy -----> | dest |
 *     +------+       +------+                +------+
 *
 * Placement, from low to high addresses (for the reasons, see pvh/limits.h):
 *
 *     0x0001_0000   boot info: first choice   start_info, memory map, modules, command lines: one
 *     0x0009_0000                             block, below 1 GiB, within one page of 2 MiB
 *     0x0010_0000   boot info: second choice
 *     span start    the kernel's span         with its gaps, whatever their size: nothing else is
 *                                             placed in it
 *     span end      64 KiB kept free
 *                   modules                   lowest fit, below 1 GiB if it fits
 *                   boot info: last choice
 *     4 GiB         ACPI overlay,             from the top down
 *                   trampoline, staging
 */
#pragma once

#include "common/base/range.h"
#include "common/image/elf.h"
#include "pvh/free_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Memory to allocate from the firmware, by address. */
struct plan_claim {
    struct range range; /* whole pages */
    bool code;          /* executable: the trampoline page */
};

/* Bytes of a file to read to an address, before exit. */
struct plan_read {
    uint64_t offset; /* in the kernel's ELF file, or in the module */
    uint64_t address;
    uint64_t size;
};

/* Bytes to copy after exit. The sources and destinations of all copies are disjoint. */
struct plan_copy {
    uint64_t destination;
    uint64_t source;
    uint64_t size;
};

/* Growing lists in the arena. Those of a plan keep their room for the next one. */
struct plan_claims {
    struct plan_claim *items;
    size_t count, capacity;
};

struct plan_reads {
    struct plan_read *items;
    size_t count, capacity;
};

struct plan_copies {
    struct plan_copy *items;
    size_t count, capacity;
};

struct plan_ranges {
    struct range *items;
    size_t count, capacity;
};

struct plan_module {
    struct range range;      /* in bytes, not rounded to pages */
    struct plan_reads reads; /* sorted by offset; none for a module that stays where it lies */
    struct plan_read room;   /* for the first read: few modules are read in parts */
};

/* Bytes of a file whose destination is occupied until exit. */
struct pending_bytes {
    uint64_t destination;
    uint64_t offset;
    uint64_t size;
    struct plan_reads *reads;
};

/* The lists of pvh/planner.h, kept for the next plan. */
struct plan_workspace {
    struct free_list claimable, available, usable;
    struct pending_bytes *pending;
    size_t pending_count, pending_capacity;
};

struct load_plan {
    struct range span;            /* the kernel's final place, in bytes */
    struct plan_ranges ram_parts; /* its pages that must be RAM, sorted and disjoint */
    uint32_t entry_point;         /* physical address, after relocation */
    uint64_t link_base; /* span.start as linked: the kernel moves by span.start - link_base */
    bool relocated;
    bool overwrites_nvs;

    struct plan_reads reads; /* the kernel's, sorted by offset */
    struct plan_module *modules;
    size_t module_count, module_capacity;

    struct range boot_info;       /* whole pages, allocated */
    struct range acpi_overlay;    /* whole pages, allocated, not RAM for the kernel; or empty */
    bool overlay_left_out;        /* there is no room for the overlay that was requested */
    struct range trampoline_code; /* one page */
    struct range trampoline_data; /* whole pages */

    struct plan_claims claims;
    struct plan_copies copies;
    struct plan_ranges zero_before_exit; /* in memory that the loader has claimed */
    struct plan_ranges zero_after_exit;
    uint64_t staged; /* total bytes of all copies */

    struct plan_workspace workspace;
};

struct plan_request {
    const struct elf_image *image;
    const uint64_t *module_sizes; /* bytes, each at least 1 */
    size_t module_count;
    /*
     * Where modules lie in memory that the loader holds until it exits, in bytes; an empty range
     * for those that are read from files. NULL: all are. A module stays there if that is a place
     * for modules (whole pages, from 1 MiB to 4 GiB) and the kernel does not go there.
     */
    const struct range *module_places;
    uint64_t boot_info_size; /* bytes */
    uint64_t overlay_size;   /* bytes of the ACPI overlay; 0 for none */
    bool overwrite_nvs;      /* --overwrite-acpi-nvs */
    /* Free memory that the firmware refused to allocate: treated as occupied. Any order. */
    const struct range *unallocatable;
    size_t unallocatable_count;
    /*
     * Memory that the loader needs only until the kernel has been read, for example to unpack it:
     * whole pages, not free in the map. If memory is short, modules and their staged bytes are
     * placed there too, since they are read after the kernel. It is not claimed, because the loader
     * owns it already. Any order.
     */
    const struct range *reclaimable;
    size_t reclaimable_count;
};

/* Forgets the plan, but keeps its lists' room for the next one. */
void plan_clear(struct load_plan *plan);
