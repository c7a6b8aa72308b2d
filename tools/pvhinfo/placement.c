/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/placement.h"

#include "common/base/units.h"
#include "pvh/limits.h"
#include "tools/pvhinfo/host/descriptor.h"

bool place_nothing(const struct machine *machine, struct arena *arena,
                   struct placement *ret_placement, struct error *ret_error)
{
    struct preparation *prepared = &ret_placement->prepared;
    size_t descriptors = machine->firmware.size / machine->firmware.stride;

    *ret_placement = (struct placement){
        .prepared = {.arena = arena,
                     .ecam = machine->ecam.items,
                     .ecam_count = machine->ecam.count,
                     .tables = machine->tables.items,
                     .table_count = machine->tables.count},
    };
    error_clear(ret_error);
    return prepare_reserve(prepared, descriptors, machine->ecam.count + machine->tables.count,
                           ret_error) &&
           prepare_map(prepared, &machine->firmware, ret_error) &&
           prepare_table(prepared, ret_error);
}

static bool make_plan(const struct machine *machine, const struct placement_request *request,
                      struct preparation *prepared, struct error *error)
{
    const struct plan_request plan = {
        .image = request->image,
        .module_sizes = request->module_sizes,
        .module_count = request->info.module_count,
        .overwrite_nvs = request->overwrite_nvs,
        .overlay_size = machine->overlay_size,
        .reclaimable = machine->reclaimable.items,
        .reclaimable_count = machine->reclaimable.count,
    };

    prepared->info = request->info;
    return prepare_plan(prepared, &plan, error) && prepare_needed(prepared, error);
}

/*
 * The loader unpacks the kernel before it places it, and takes the machine's memory for that. The
 * reclaimable ranges of a --dry-run map were taken for that purpose, so they count as free.
 */
static bool check_unpacking(const struct machine *machine, const struct placement_request *request,
                            const struct memory_map *map, struct error *error)
{
    uint64_t all, largest, taken, piece, kernel = range_size(request->image->span);

    if (!request->unpack)
        return true;
    unpack_memory(request->unpack, &taken, &piece);
    if (taken == 0)
        return true;
    memory_map_count_free(map, &all, &largest);
    for (size_t i = 0; i < machine->reclaimable.count; i++) {
        all += range_size(machine->reclaimable.items[i]);
        largest = max_u64(largest, range_size(machine->reclaimable.items[i]));
    }
    if (taken + kernel <= all && piece <= largest)
        return true;
    return error_set(error, ERROR_UNPACK_MEMORY, request->unpack->layers[0].kind, taken,
                     taken + kernel, all, largest);
}

/* rsdp_paddr stays 0: the map does not contain the address of the ACPI tables. */
static bool write_boot_info(const struct machine *machine, struct placement *placement,
                            struct error *error)
{
    struct preparation *prepared = &placement->prepared;
    uint64_t size = range_size(prepared->plan.boot_info);
    void *block = arena_alloc(prepared->arena, size, 1);

    if (!block)
        return error_set(error, ERROR_OUT_OF_MEMORY, size);
    placement->block = block;
    return prepare_update(prepared, &machine->firmware, block, error);
}

bool place_kernel(const struct machine *machine, const struct placement_request *request,
                  struct arena *arena, struct placement *ret_placement, struct error *ret_error)
{
    return place_nothing(machine, arena, ret_placement, ret_error) &&
           check_unpacking(machine, request, &ret_placement->prepared.map, ret_error) &&
           make_plan(machine, request, &ret_placement->prepared, ret_error) &&
           write_boot_info(machine, ret_placement, ret_error);
}

bool place_alone(const struct placement_request *request, struct arena *arena,
                 struct placement *ret_placement, struct error *ret_error)
{
    uint8_t descriptor[DESCRIPTOR_SIZE];
    const struct machine machine = {.firmware = {descriptor, sizeof(descriptor), DESCRIPTOR_SIZE}};

    descriptor_write(descriptor, &(struct memory_descriptor){.type = EFI_CONVENTIONAL_MEMORY,
                                                             .pages = ADDRESS_LIMIT / PAGE_SIZE});
    return place_kernel(&machine, request, arena, ret_placement, ret_error);
}
