/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/placement.h"

#include "pvh/plan_check.h"
#include "tools/pvhinfo/host/descriptor.h"

static bool build_map(const struct machine *machine, struct range override,
                      struct placement *placement, struct error *error)
{
    const struct map_overlays overlays = {
        .ecam = machine->ecam.items,
        .ecam_count = machine->ecam.count,
        .override = override,
    };

    return memory_map_build(&placement->map, &machine->firmware, &overlays, error);
}

/* What cannot be made a table of is none at all. */
static bool build_table(struct placement *placement, const struct plan_ranges *needed,
                        struct error *error)
{
    struct e820_table *table = &placement->e820;

    if (e820_build(table, &placement->map, needed->items, needed->count, error))
        return true;
    table->count = 0;
    return false;
}

bool place_nothing(const struct machine *machine, struct arena *arena,
                   struct placement *ret_placement, struct error *ret_error)
{
    size_t descriptors = machine->firmware.size / machine->firmware.stride;

    *ret_placement = (struct placement){.block = NULL};
    *ret_error = (struct error){.code = ERROR_NONE};
    return memory_map_reserve(&ret_placement->map, arena, descriptors, machine->ecam.count,
                              ret_error) &&
           e820_reserve(&ret_placement->e820, arena, &ret_placement->map, ret_error) &&
           build_map(machine, (struct range){0, 0}, ret_placement, ret_error) &&
           build_table(ret_placement, &(struct plan_ranges){.items = NULL}, ret_error);
}

static bool make_plan(const struct machine *machine, const struct placement_request *request,
                      struct arena *arena, struct placement *placement, struct error *error)
{
    struct plan_request plan = {
        .image = request->image,
        .module_sizes = request->module_sizes,
        .module_count = request->info.module_count,
        .overwrite_nvs = request->overwrite_nvs,
        .reclaimable = machine->reclaimable.items,
        .reclaimable_count = machine->reclaimable.count,
    };

    if (!boot_info_size(&request->info, &plan.boot_info_size))
        return error_set(error, ERROR_NO_ROOM_FOR_BOOT_INFO, 16 * MIB);
    return plan_make(&plan, &placement->map, arena, &placement->plan, error);
}

/* What memory that the kernel gets to overwrite makes of the map. */
static bool finish_map(const struct machine *machine, struct arena *arena,
                       struct placement *placement, struct error *error)
{
    const struct load_plan *plan = &placement->plan;
    struct range override = {0, 0};
    struct plan_ranges needed;

    if (plan->overwrites_nvs)
        override = range_to_pages(plan->span);
    if (!plan_needed_ranges(plan, arena, &needed))
        return error_set(error, ERROR_OUT_OF_MEMORY);
    return build_map(machine, override, placement, error) &&
           plan_check(plan, &placement->map, error) && build_table(placement, &needed, error);
}

/* rsdp_paddr stays 0: a map does not tell where the ACPI tables are. */
static bool write_boot_info(const struct placement_request *request, struct arena *arena,
                            struct placement *placement, struct error *error)
{
    uint64_t size = range_size(placement->plan.boot_info);
    void *block = arena_alloc(arena, size, 1);

    if (!block)
        return error_set(error, ERROR_OUT_OF_MEMORY, size);
    boot_info_write(block, &request->info, &placement->plan, 0);
    boot_info_write_memmap(block, &placement->e820);
    placement->block = block;
    return true;
}

bool place_kernel(const struct machine *machine, const struct placement_request *request,
                  struct arena *arena, struct placement *ret_placement, struct error *ret_error)
{
    return place_nothing(machine, arena, ret_placement, ret_error) &&
           make_plan(machine, request, arena, ret_placement, ret_error) &&
           finish_map(machine, arena, ret_placement, ret_error) &&
           write_boot_info(request, arena, ret_placement, ret_error);
}

bool place_alone(const struct placement_request *request, struct arena *arena,
                 struct placement *ret_placement, struct error *ret_error)
{
    uint8_t descriptor[DESCRIPTOR_SIZE];
    const struct machine machine = {.firmware = {descriptor, sizeof(descriptor), DESCRIPTOR_SIZE}};

    descriptor_write(descriptor, &(struct memory_descriptor){.type = EFI_CONVENTIONAL_MEMORY,
                                                             .pages = 4 * GIB / PAGE_SIZE});
    return place_kernel(&machine, request, arena, ret_placement, ret_error);
}
