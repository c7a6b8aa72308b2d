/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/place.h"

#include "common/base/overflow.h"
#include "efi/console/console.h"
#include "efi/console/progress.h"
#include "efi/console/timing.h"
#include "efi/firmware/pages.h"

#include <string.h>

/*
 * A plan fails when the firmware takes memory between its map and our claim, which happens, or does
 * not give what it calls free, which has been seen: then it is planned anew.
 */
#define MAX_PLANS 64

/* So many refusals are taken for what they are; from then on there is more behind them. */
#define EXACT_REFUSALS 4

static void release_claims(struct boot *boot)
{
    while (boot->claimed > 0)
        pages_release(boot->plan.claims.items[--boot->claimed].range);
}

void place_release(struct boot *boot)
{
    release_claims(boot);
    while (boot->reclaimable.count > 0)
        pages_release(boot->reclaimable.items[--boot->reclaimable.count]);
}

/* Takes all claims, or none; *ret_refused is the one that could not be had. */
static bool claim_all(struct boot *boot, struct range *ret_refused)
{
    const struct plan_claims *claims = &boot->plan.claims;

    while (boot->claimed < claims->count) {
        const struct plan_claim *claim = &claims->items[boot->claimed];

        if (EFI_ERROR(pages_claim(claim->range, claim->code))) {
            *ret_refused = claim->range;
            release_claims(boot);
            return false;
        }
        boot->claimed++;
    }
    return true;
}

/*
 * What firmware withholds may be much larger than what was asked of it, and what is planned next
 * lies right behind: as much again as has been denied so far goes with it, which doubles each time.
 */
static struct range widen_unallocatable(const struct plan_ranges *unallocatable, struct range range)
{
    uint64_t total = 0, end;

    for (size_t i = 0; i < unallocatable->count; i++)
        total += range_size(unallocatable->items[i]);
    if (unallocatable->count >= EXACT_REFUSALS && checked_add(range.start, total, &end))
        range.end = max_u64(range.end, align_down(end, PAGE_SIZE));
    return range;
}

static EFI_STATUS mark_unallocatable(struct boot *boot, struct range range)
{
    struct plan_ranges *unallocatable = &boot->unallocatable;
    struct range *slot =
        arena_push(boot->arena, (void **)&unallocatable->items, &unallocatable->capacity,
                   unallocatable->count, sizeof(*unallocatable->items));

    if (!slot)
        return console_no_memory();
    *slot = widen_unallocatable(unallocatable, range);
    unallocatable->count++;
    console_verbose("the firmware does not give 0x%llx-0x%llx, which its map calls free",
                    (unsigned long long)range.start, (unsigned long long)range.end - 1);
    return EFI_SUCCESS;
}

static EFI_STATUS make_plan(struct boot *boot)
{
    struct plan_request request = {
        .image = &boot->kernel.image,
        .module_sizes = boot->modules.sizes,
        .module_count = boot->modules.count,
        /* A stream may yet turn out to be a kernel that can be moved instead. */
        .overwrite_nvs = boot->overwrite_nvs && !boot->kernel.streamed,
        .unallocatable = boot->unallocatable.items,
        .unallocatable_count = boot->unallocatable.count,
        .reclaimable = boot->reclaimable.items,
        .reclaimable_count = boot->reclaimable.count,
    };
    struct error error;

    if (!boot_info_size(&boot->info, &request.boot_info_size))
        return console_error(EFI_INVALID_PARAMETER, "the command lines are too long; shorten them");
    if (!plan_make(&request, &boot->memory.map, boot->arena, &boot->plan, &error)) {
        /* Only its notes can say whether it can be moved. */
        boot->kernel.needs_memory = boot->kernel.streamed && error.code >= ERROR_SPAN_TAKEN &&
                                    error.code <= ERROR_NO_ROOM_TO_RELOCATE_NVS;
        boot->refused = error;
        return boot->kernel.needs_memory ? EFI_NOT_READY : boot_error(boot, &error);
    }
    if (boot->plan.overwrites_nvs) /* from now on the maps call it RAM */
        boot->memory.override = range_to_pages(boot->plan.span);
    return EFI_SUCCESS;
}

static EFI_STATUS update_map(struct boot *boot)
{
    boot->memory.override = (struct range){0, 0}; /* the last plan's */
    return memory_update(&boot->memory, boot->arena);
}

/* With the map as it is; where the firmware has grown it since, a claim fails. */
static EFI_STATUS claim(struct boot *boot)
{
    struct range refused = {0, 0};
    struct range again = {0, 0};

    (void)timing_enter(TIMING_PLACING);
    for (int i = 0; i < MAX_PLANS; i++) {
        EFI_STATUS status = make_plan(boot);

        if (EFI_ERROR(status))
            return status;
        if (claim_all(boot, &again))
            return EFI_SUCCESS;
        /* Once may be the firmware's timer; twice the same is no accident. */
        if (again.start == refused.start && again.end == refused.end)
            status = mark_unallocatable(boot, again);
        if (!EFI_ERROR(status))
            status = update_map(boot);
        if (EFI_ERROR(status))
            return status;
        refused = again;
    }
    return console_error(EFI_OUT_OF_RESOURCES,
                         "the firmware does not give 0x%llx-0x%llx, which its map calls free; "
                         "restart the machine, or update its firmware",
                         (unsigned long long)again.start, (unsigned long long)again.end - 1);
}

static EFI_STATUS load_kernel(struct boot *boot)
{
    struct kernel *kernel = &boot->kernel;
    EFI_STATUS status = kernel_load(kernel, &boot->plan.reads);

    progress_end();
    if (EFI_ERROR(status))
        return kernel->needs_memory ? status : boot_error(boot, &kernel->error);
    boot->plan.entry_point = plan_entry_point(&boot->plan, &kernel->image);
    return EFI_SUCCESS;
}

static EFI_STATUS load_modules(struct boot *boot)
{
    EFI_STATUS status = EFI_SUCCESS;

    for (size_t i = 0; i < boot->modules.count && !EFI_ERROR(status); i++)
        status = module_load(&boot->modules.items[i], &boot->plan.modules[i]);
    progress_end();
    return status;
}

static void clear_zeros(const struct plan_ranges *zeros)
{
    for (size_t i = 0; i < zeros->count; i++)
        memset((void *)(uintptr_t)zeros->items[i].start, 0, range_size(zeros->items[i]));
}

EFI_STATUS place_take_reclaimable(struct boot *boot)
{
    return kernel_take_reclaimable(&boot->kernel, boot->arena, &boot->reclaimable)
               ? EFI_SUCCESS
               : console_no_memory();
}

static EFI_STATUS claim_and_load_kernel(struct boot *boot)
{
    EFI_STATUS status = claim(boot);

    return EFI_ERROR(status) ? status : load_kernel(boot);
}

/* What keeps a kernel from its place says more than that it could not be unpacked elsewhere. */
static EFI_STATUS refuse_packed(struct boot *boot)
{
    if (boot->kernel.error.code == ERROR_UNPACK_MEMORY && boot->refused.code != ERROR_NONE)
        return boot_error(boot, &boot->refused);
    return boot_error(boot, &boot->kernel.error);
}

EFI_STATUS place_all(struct boot *boot)
{
    EFI_STATUS status = claim_and_load_kernel(boot);

    if (EFI_ERROR(status) && boot->kernel.needs_memory) {
        place_release(boot);
        status = kernel_unpack(&boot->kernel);
        if (EFI_ERROR(status))
            return refuse_packed(boot);
        status = update_map(boot);
        if (!EFI_ERROR(status))
            status = place_take_reclaimable(boot);
        if (!EFI_ERROR(status))
            status = claim_and_load_kernel(boot);
    }
    (void)timing_enter(TIMING_READING);
    if (!EFI_ERROR(status))
        status = load_modules(boot);
    (void)timing_enter(TIMING_PLACING);
    if (!EFI_ERROR(status))
        clear_zeros(&boot->plan.zero_before_exit);
    return status;
}
