/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/prepare.h"

#include "pvh/plan.h"
#include "pvh/plan_check.h"

#include <assert.h>
#include <string.h>

bool prepare_reserve(struct preparation *preparation, size_t descriptors, size_t overlays,
                     struct error *ret_error)
{
    overlays += preparation->override_room;
    return memory_map_reserve(&preparation->map, preparation->arena, descriptors, overlays,
                              ret_error) &&
           e820_reserve(&preparation->e820, preparation->arena, &preparation->map, ret_error);
}

bool prepare_reserve_more(struct preparation *preparation, size_t overlays, struct error *ret_error)
{
    return overlays == 0 ||
           (memory_map_reserve_more(&preparation->map, preparation->arena, overlays, ret_error) &&
            e820_reserve(&preparation->e820, preparation->arena, &preparation->map, ret_error));
}

bool prepare_map(struct preparation *preparation, const struct firmware_map *firmware,
                 struct error *ret_error)
{
    const struct load_plan *plan = &preparation->plan;
    const struct map_overlays overlays = {
        .ecam = preparation->ecam,
        .ecam_count = preparation->ecam_count,
        .tables = preparation->tables,
        .table_count = preparation->table_count,
        .override = plan->ram_parts.items,
        .override_count = plan->overwrites_nvs ? plan->ram_parts.count : 0,
        .own_tables = plan->acpi_overlay,
    };

    return memory_map_build(&preparation->map, firmware, &overlays, ret_error);
}

void prepare_drop_plan(struct preparation *preparation)
{
    plan_clear(&preparation->plan);
    preparation->needed.count = 0;
}

/* Makes room in the map for the RAM parts of a kernel that overwrites ACPI NVS. */
static bool reserve_override(struct preparation *preparation, struct error *error)
{
    const struct load_plan *plan = &preparation->plan;
    size_t room = preparation->override_room;

    if (!plan->overwrites_nvs || plan->ram_parts.count <= room)
        return true;
    if (!prepare_reserve_more(preparation, plan->ram_parts.count - room, error))
        return false;
    preparation->override_room = plan->ram_parts.count;
    return true;
}

bool prepare_needed(struct preparation *preparation, struct error *ret_error)
{
    if (plan_needed_ranges(&preparation->plan, preparation->arena, &preparation->needed))
        return true;
    return error_set(ret_error, ERROR_OUT_OF_MEMORY);
}

bool prepare_plan(struct preparation *preparation, const struct plan_request *request,
                  struct error *ret_error)
{
    struct load_plan *plan = &preparation->plan;
    struct plan_request whole = *request;

    assert(request->module_count == preparation->info.module_count);
    /* prepare_drop_plan() has been called */
    assert(!plan->overwrites_nvs && range_size(plan->acpi_overlay) == 0);
    if (!boot_info_size(&preparation->info, &whole.boot_info_size))
        return error_set(ret_error, ERROR_COMMAND_LINES_TOO_LONG);
    if (!plan_make(&whole, &preparation->map, preparation->arena, plan, ret_error) ||
        !reserve_override(preparation, ret_error)) {
        prepare_drop_plan(preparation);
        return false;
    }
    return true;
}

bool prepare_table(struct preparation *preparation, struct error *ret_error)
{
    const struct plan_ranges *needed = &preparation->needed;
    struct e820_table *table = &preparation->e820;

    if (plan_check(&preparation->plan, &preparation->map, ret_error) &&
        e820_build(table, &preparation->map, needed->items, needed->count, ret_error))
        return true;
    table->count = 0;
    return false;
}

void prepare_boot_info(const struct preparation *preparation, void *block)
{
    const struct load_plan *plan = &preparation->plan;

    memset(block, 0, range_size(plan->boot_info));
    boot_info_write(block, &preparation->info, plan, preparation->rsdp);
    boot_info_write_memmap(block, &preparation->e820);
}

bool prepare_update(struct preparation *preparation, const struct firmware_map *firmware,
                    void *block, struct error *ret_error)
{
    if (!prepare_map(preparation, firmware, ret_error) || !prepare_table(preparation, ret_error))
        return false;
    prepare_boot_info(preparation, block);
    return true;
}
