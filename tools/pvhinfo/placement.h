/* SPDX-License-Identifier: BSD-2-Clause */
/* A kernel on a machine: what the loader would do there, step by step, but for touching memory. */
#pragma once

#include "common/image/elf.h"
#include "pvh/boot_info.h"
#include "pvh/load_plan.h"
#include "pvh/memory_map.h"
#include "pvh/prepare.h"

/* A machine's memory, as its firmware describes it. */
struct machine {
    struct firmware_map firmware;
    struct plan_ranges ecam;
    struct plan_ranges tables;      /* ACPI's, in memory that would be RAM */
    struct plan_ranges reclaimable; /* as in struct plan_request */
};

struct placement {
    struct preparation prepared;
    const void *block; /* the boot info, as the kernel finds it at plan.boot_info.start */
};

struct placement_request {
    const struct elf_image *image;
    struct boot_info_request info;
    const uint64_t *module_sizes;
    bool overwrite_nvs;
};

/*
 * The memory map and the E820 table of a machine on which nothing is placed; on failure the table
 * is empty.
 */
bool place_nothing(const struct machine *machine, struct arena *arena,
                   struct placement *ret_placement, struct error *ret_error);

/* All of it. On failure the error is the loader's, and the E820 table that of place_nothing(). */
bool place_kernel(const struct machine *machine, const struct placement_request *request,
                  struct arena *arena, struct placement *ret_placement, struct error *ret_error);

/* On a machine with 4 GiB of memory and nothing in it. */
bool place_alone(const struct placement_request *request, struct arena *arena,
                 struct placement *ret_placement, struct error *ret_error);
