/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/load.h"

#include "efi/boot/reserve.h"
#include "efi/console/progress.h"
#include "efi/firmware/timing.h"

#include <string.h>

static bool load_kernel(struct boot *boot, struct error *error)
{
    struct load_plan *plan = boot_plan(boot);
    bool loaded = kernel_load(&boot->kernel, &plan->reads, error);

    progress_end();
    if (loaded)
        plan->entry_point = plan_entry_point(plan, &boot->kernel.image);
    return loaded;
}

/*
 * Errors that may only concern a stream: once it is unpacked to memory its notes are known, and
 * they may allow the kernel to be moved.
 */
static bool may_work_unpacked(enum error_code code)
{
    switch (code) {
    case ERROR_NOT_SEQUENTIAL:
    case ERROR_SPAN_TAKEN:
    case ERROR_SPAN_WITHOUT_MEMORY:
    case ERROR_SPAN_TAKEN_BY_NVS:
        return true;
    default:
        return false;
    }
}

/* Starts over, with the ELF file unpacked to memory first. */
static bool place_unpacked(struct boot *boot, struct error *error)
{
    const struct error streamed = *error;

    error_clear(error);
    reserve_release(boot);
    if (!kernel_unpack(&boot->kernel, error)) {
        /* Why the kernel cannot be placed is more helpful than that it cannot be unpacked. */
        if (error->code == ERROR_UNPACK_MEMORY && streamed.code != ERROR_NOT_SEQUENTIAL)
            *error = streamed;
        return false;
    }
    return reserve_update_map(boot, error) && reserve_take_reclaimable(boot, error) &&
           reserve_memory(boot, error) && load_kernel(boot, error);
}

static bool place_kernel(struct boot *boot, struct error *error)
{
    if (reserve_memory(boot, error) && load_kernel(boot, error))
        return true;
    if (boot->kernel.state != KERNEL_STREAMED || !may_work_unpacked(error->code))
        return false;
    return place_unpacked(boot, error);
}

static bool load_modules(struct boot *boot, struct error *error)
{
    bool loaded = true;

    (void)timing_enter(TIMING_READING);
    for (size_t i = 0; i < boot->modules.count && loaded; i++)
        loaded = module_load(&boot->modules.items[i], &boot_plan(boot)->modules[i], error);
    progress_end();
    return loaded;
}

static void clear_zeros(const struct plan_ranges *zeros)
{
    (void)timing_enter(TIMING_PLACING);
    for (size_t i = 0; i < zeros->count; i++)
        memset((void *)(uintptr_t)zeros->items[i].start, 0, range_size(zeros->items[i]));
}

bool load_all(struct boot *boot, struct error *error)
{
    if (!place_kernel(boot, error) || !load_modules(boot, error))
        return false;
    clear_zeros(&boot_plan(boot)->zero_before_exit);
    return true;
}
