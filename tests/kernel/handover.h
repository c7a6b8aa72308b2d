/* SPDX-License-Identifier: BSD-2-Clause */
/* What the loader has passed to the kernel, as far as it can be accessed, and the checks of it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "abi.h"
#include "entry_state.h"
#include "extent.h"
#include "image_table.h"

/* More than any test has; limits what is read if the count is wrong. */
#define MODULES_LIMIT 256u
#define MEMMAP_LIMIT  4096u
#define CMDLINE_LIMIT 0x10000u

struct handover {
    const struct entry_state *entry;
    const struct image_table *table;
    struct extent image; /* where it was loaded */

    /* What cannot be accessed is NULL or empty, and a check has failed for it. */
    struct start_info *info;
    const struct memmap_entry *memmap;
    uint32_t memmap_entries;
    const struct module_entry *modules;
    uint32_t nr_modules;
    const char *cmdline;
    uint32_t cmdline_length;
};

/* The kernel's options on its command line. */
struct options {
    bool quiet;
    bool halt;
    bool draw;
    bool tpm;
    bool expects_modules;
    uint32_t modules;
    bool expects_relocation;
    uint32_t relocation;
};

void handover_read(struct handover *handover, const struct entry_state *entry);
void options_read(struct options *options, const char *cmdline);

/* The string at paddr, or NULL if it is not terminated within the limit. */
const char *string_at(uint64_t paddr, uint32_t *length);

void check_state(const struct entry_state *entry);
void check_gdt_place(const struct handover *handover);
void check_image(const struct handover *handover, const struct options *options);
void check_start_info(const struct handover *handover);
void check_boot_info_place(const struct handover *handover);
void check_memmap(const struct handover *handover);
void check_modules(const struct handover *handover, const struct options *options);
void check_machine(const struct handover *handover);
void check_acpi(const struct handover *handover, const struct options *options);

/* Whether entries of this type cover all of the extent. */
bool memmap_covers(const struct handover *handover, enum memmap_type type, struct extent extent);
/* Whether an entry of this type contains any byte of it. */
bool memmap_touches(const struct handover *handover, enum memmap_type type, struct extent extent);

/* The parts of the boot info: start_info, the lists, the command lines. */
#define BOOT_INFO_PIECES (4 + MODULES_LIMIT)
struct piece {
    const char *name;
    struct extent extent;
};
/* Fills pieces, which has room for BOOT_INFO_PIECES, and returns their number. */
uint32_t boot_info_pieces(const struct handover *handover, struct piece *pieces);

/* Whether nobody takes this memory, which the loader has made ACPI's, for something else. */
bool is_own_place(const struct handover *handover, struct extent extent);
