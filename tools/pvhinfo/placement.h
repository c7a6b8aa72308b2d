/* SPDX-License-Identifier: BSD-2-Clause */
/* Places a kernel on a machine as the loader would, without touching memory. */
#pragma once

#include "common/image/elf.h"
#include "common/image/unpack.h"
#include "pvh/boot_info.h"
#include "pvh/load_plan.h"
#include "pvh/memory_map.h"
#include "pvh/prepare.h"

/* A machine's memory as described by its firmware. */
struct machine {
    struct firmware_map firmware;
    struct plan_ranges ecam;
    struct plan_ranges tables;      /* ACPI tables in memory that would be RAM */
    struct plan_ranges reclaimable; /* as in struct plan_request */
    uint64_t overlay_size;          /* bytes of the ACPI overlay; 0 for none */
};

struct placement {
    struct preparation prepared;
    const void *block; /* the boot info; its address on the machine is plan.boot_info.start */
};

struct placement_request {
    const struct elf_image *image;
    struct boot_info_request info;
    const uint64_t *module_sizes;
    bool overwrite_nvs;
    const struct unpack *unpack; /* how the kernel was unpacked; NULL if it was not */
};

/*
 * Makes the memory map and the E820 table of a machine on which nothing is placed. On failure the
 * table is empty.
 */
bool place_nothing(const struct machine *machine, struct arena *arena,
                   struct placement *ret_placement, struct error *ret_error);

/*
 * Makes everything: map, plan, E820 table, boot info. On failure, the error is the one that the
 * loader would return, and the E820 table is that of place_nothing().
 */
bool place_kernel(const struct machine *machine, const struct placement_request *request,
                  struct arena *arena, struct placement *ret_placement, struct error *ret_error);

/* Places a kernel on a machine with 4 GiB of free memory and nothing else. */
bool place_alone(const struct placement_request *request, struct arena *arena,
                 struct placement *ret_placement, struct error *ret_error);
