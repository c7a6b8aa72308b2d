/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room pvh: the PVH boot protocol, from a kernel image and a memory map to the load plan, the boot
 * info and the trampoline. It must not know how memory is allocated, files are read or text is
 * printed, and never sees an EFI type.
 */
/*
 * Preparing a boot: from the firmware's memory map to the plan and the boot info. Shared by the
 * loader, which carries the plan out, and pvhinfo, which only shows it.
 *
 * The steps, in order:
 *
 *     prepare_reserve()      allocates  room for the map and the E820 table
 *     prepare_map()                     makes the memory map from the firmware's
 *     prepare_plan()         allocates  makes the plan
 *     prepare_needed()       allocates  lists the ranges that must be RAM; the loader calls it once
 *                                       it has the plan's memory, which would be in the way
 *     prepare_table()                   checks the plan against the map; makes the E820 table
 *     prepare_boot_info()               writes the block that is passed to the kernel
 *
 * Each step requires the previous ones, but prepare_table() also works without a plan, for the
 * table of a machine on which nothing is placed. To repeat steps:
 *
 *   - If the firmware's map has changed, call prepare_map(), prepare_table() and
 *     prepare_boot_info() again, in this order, or prepare_update(). None of them allocates, calls
 *     the firmware or prints, so they can be repeated between GetMemoryMap and ExitBootServices.
 *   - If the firmware's map has outgrown the room, call prepare_reserve(), then prepare_map(). Plan
 *     and boot info are kept.
 *   - If the plan cannot be carried out, call prepare_drop_plan(), prepare_map() and
 *     prepare_plan(): a plan that overwrites ACPI NVS has changed the map.
 *
 * A step that fails sets the error and keeps the results of previous steps. Its own result is then
 * a map that must not be used, no plan, or an empty table.
 *
 * Ownership: all allocations are in the caller's arena. The caller keeps ownership of its arguments
 * (windows, strings, module sizes, image, descriptors); the windows and the boot info's strings
 * must stay valid for all steps, the rest only during the call. The plan only names the memory that
 * it claims; the loader allocates it.
 */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/base/range.h"
#include "pvh/boot_info.h"
#include "pvh/e820.h"
#include "pvh/load_plan.h"
#include "pvh/memory_map.h"

struct preparation {
    /* Set by the caller before the step that reads them; all other members start as zeros. */
    struct arena *arena;
    const struct range *ecam; /* PCI configuration windows, for prepare_map() */
    size_t ecam_count;
    const struct range *tables; /* RAM occupied by ACPI tables, for prepare_map() */
    size_t table_count;
    struct boot_info_request info; /* for prepare_plan() and prepare_boot_info() */
    uint64_t rsdp;                 /* for prepare_boot_info(); physical address, 0 if unknown */

    /* Results, read-only for the caller. */
    struct memory_map map;
    struct load_plan plan;
    struct plan_ranges needed; /* the ranges that must be RAM for the plan */
    struct e820_table e820;

    size_t override_room; /* ranges of ACPI NVS that the map has room for */
};

/*
 * Makes room for a map of up to `descriptors` descriptors and `overlays` overlaid ranges (windows
 * and tables); prepare_map() checks that they fit. Allocates. Map and table are empty afterwards.
 */
bool prepare_reserve(struct preparation *preparation, size_t descriptors, size_t overlays,
                     struct error *ret_error);

/*
 * Makes room for `overlays` more overlaid ranges than prepare_reserve() did. If there are any,
 * allocates, and the table is empty afterwards.
 */
bool prepare_reserve_more(struct preparation *preparation, size_t overlays,
                          struct error *ret_error);

/* Makes the map. ACPI NVS that the plan overwrites, if there is a plan, is RAM in it. */
bool prepare_map(struct preparation *preparation, const struct firmware_map *firmware,
                 struct error *ret_error);

/*
 * Makes the plan; to replace a plan, call prepare_drop_plan() first. request->module_count must be
 * that of preparation->info, the same for every plan; request->boot_info_size is ignored, since it
 * follows from preparation->info. Allocates what the lists have no room for yet, so nothing when
 * the same plan is made again. If it has allocated memory that the map describes, the map is
 * outdated, and the plan must be made again from a new one.
 */
bool prepare_plan(struct preparation *preparation, const struct plan_request *request,
                  struct error *ret_error);

/* Lists what the plan needs to stay RAM. Allocates. */
bool prepare_needed(struct preparation *preparation, struct error *ret_error);

/* Forgets the plan, and the ACPI NVS that it overwrites: prepare_map() must be called again. */
void prepare_drop_plan(struct preparation *preparation);

/*
 * Checks that all memory that the plan gives to the kernel is RAM in the current map, and makes the
 * E820 table.
 */
bool prepare_table(struct preparation *preparation, struct error *ret_error);

/*
 * Writes the boot info, including the E820 table, to `block`, which has the size of plan.boot_info.
 * In the loader, the block is at plan.boot_info.start; on the host, it may be anywhere.
 */
void prepare_boot_info(const struct preparation *preparation, void *block);

/* Calls prepare_map(), prepare_table() and prepare_boot_info() for a map that may have changed. */
bool prepare_update(struct preparation *preparation, const struct firmware_map *firmware,
                    void *block, struct error *ret_error);
