/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/prepare.h"

#include "pvh/plan.h"
#include "pvh/plan_check.h"

#include <assert.h>
#include <string.h>

bool prepare_reserve(struct preparation *preparation, size_t descriptors, size_t ecam_count,
                     struct error *ret_error)
{
    return memory_map_reserve(&preparation->map, preparation->arena, descriptors, ecam_count,
                              ret_error) &&
           e820_reserve(&preparation->e820, preparation->arena, &preparation->map, ret_error);
}

bool prepare_map(struct preparation *preparation, const struct firmware_map *firmware,
                 struct error *ret_error)
{
    const struct map_overlays overlays = {
        .ecam = preparation->ecam,
        .ecam_count = preparation->ecam_count,
        .override = preparation->override,
    };

    return memory_map_build(&preparation->map, firmware, &overlays, ret_error);
}

void prepare_drop_plan(struct preparation *preparation)
{
    preparation->plan = (struct load_plan){.module_count = 0};
    preparation->needed = (struct plan_ranges){.items = NULL};
    preparation->override = (struct range){0, 0};
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
    assert(range_size(preparation->override) == 0); /* prepare_drop_plan() has been called */
    if (!boot_info_size(&preparation->info, &whole.boot_info_size))
        return error_set(ret_error, ERROR_COMMAND_LINES_TOO_LONG);
    if (!plan_make(&whole, &preparation->map, preparation->arena, plan, ret_error)) {
        prepare_drop_plan(preparation);
        return false;
    }
    if (plan->overwrites_nvs)
        preparation->override = range_to_pages(plan->span);
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
