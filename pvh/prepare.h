/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Preparing a boot: from the firmware's memory map to the plan and the boot info. It is one
 * implementation for the loader, which carries the plan out, and pvhinfo, which only shows it.
 *
 * The steps, in order:
 *
 *     prepare_reserve()      allocates  room for a map of so many descriptors, and its E820 table
 *     prepare_map()                     the memory map, from the firmware's
 *     prepare_plan()         allocates  where everything goes, and what has to stay RAM
 *     prepare_table()                   the plan checked against the map; the E820 table
 *     prepare_boot_info()               the block that the kernel is given
 *
 * Each needs the steps before it; prepare_table() also works without a plan, for the table of a
 * machine on which nothing is placed. To go back:
 *
 *   - When the firmware's map is newer, call prepare_map(), prepare_table() and
 *     prepare_boot_info() again, in this order; prepare_update() does it. None of them allocates,
 *     calls the firmware or prints, so that this may be done between GetMemoryMap and
 *     ExitBootServices, as often as it takes.
 *   - When the firmware's map has outgrown the room, call prepare_reserve() first, then
 *     prepare_map(). Plan and boot info stay.
 *   - When the plan cannot be carried out, call prepare_drop_plan(), prepare_map() and
 *     prepare_plan(): a plan that overwrites ACPI NVS has changed the map.
 *
 * A step that fails sets the error and leaves what the steps before it made as it was. Its own
 * result is then a map that must not be used, no plan, or an empty table.
 *
 * Ownership: everything that is allocated lives in the caller's arena and is given back with it.
 * What the caller puts in (windows, strings, module sizes, image, descriptors) stays the caller's;
 * the windows and the boot info's strings must live as long as steps are called, the rest as long
 * as the call. The memory that the plan claims is nobody's until the loader takes it.
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
    /* The caller's, set before the step that reads them; all else starts as zeros. */
    struct arena *arena;
    const struct range *ecam; /* PCI configuration windows, for prepare_map() */
    size_t ecam_count;
    const struct range
        *tables; /* ACPI tables, for prepare_map(): RAM that is kept from the kernel */
    size_t table_count;
    struct boot_info_request info; /* for prepare_plan() and prepare_boot_info() */
    uint64_t rsdp;                 /* for prepare_boot_info(); 0 where it is not known */

    /* The results, to be read only. */
    struct memory_map map;
    struct load_plan plan;
    struct plan_ranges needed; /* what the plan needs to stay RAM */
    struct e820_table e820;

    size_t override_room; /* ranges of ACPI NVS that the map has room for */
};

/*
 * Makes room for a map of up to `descriptors` descriptors and as many overlaid ranges (windows and
 * tables), which prepare_map() checks. Allocates; map and table are empty afterwards.
 */
bool prepare_reserve(struct preparation *preparation, size_t descriptors, size_t overlays,
                     struct error *ret_error);

/*
 * Makes room for more overlaid ranges than prepare_reserve() was told of. Allocates if there are
 * any; then the table is empty afterwards.
 */
bool prepare_reserve_more(struct preparation *preparation, size_t overlays,
                          struct error *ret_error);

/* Makes the map. What the plan, if there is one, overwrites of ACPI NVS is RAM in it. */
bool prepare_map(struct preparation *preparation, const struct firmware_map *firmware,
                 struct error *ret_error);

/*
 * Makes the plan, where there is none: prepare_drop_plan() comes before another. Of the request,
 * boot_info_size is ignored, since it follows from preparation->info, and module_count must be that
 * of preparation->info, the same for every plan. Allocates what its lists have no room for yet, so
 * nothing when the same plan is made again: where memory is taken from the map's, that map is old
 * then, and another plan is to be made from a newer one.
 */
bool prepare_plan(struct preparation *preparation, const struct plan_request *request,
                  struct error *ret_error);

/*
 * Forgets the plan, and with it that it overwrites ACPI NVS: prepare_map() makes a map without
 * that.
 */
void prepare_drop_plan(struct preparation *preparation);

/*
 * Checks that all that the plan gives to the kernel is RAM in the map as it is now, and makes the
 * E820 table.
 */
bool prepare_table(struct preparation *preparation, struct error *ret_error);

/*
 * Writes the boot info to `block`, of the size of plan.boot_info: the start info and all that it
 * points to, with the E820 table that was made last. In the loader the block lies at
 * plan.boot_info.start, on a host anywhere.
 */
void prepare_boot_info(const struct preparation *preparation, void *block);

/* prepare_map(), prepare_table() and prepare_boot_info(), for a map that may be newer. */
bool prepare_update(struct preparation *preparation, const struct firmware_map *firmware,
                    void *block, struct error *ret_error);
