/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/reserve.h"

#include "common/base/overflow.h"
#include "efi/console/console.h"
#include "efi/firmware/pages.h"
#include "efi/firmware/timing.h"
#include "pvh/messages.h"
#include "pvh/plan.h"

/*
 * A plan fails when the firmware takes memory between its map and our claim, which happens, or does
 * not give what it calls free, which has been seen: then it is planned anew.
 */
#define MAX_PLANS 64

/* So many refusals are taken for what they are; from then on there is more behind them. */
#define EXACT_REFUSALS 4

static void release_claims(struct boot *boot)
{
    const struct plan_claims *claims = &boot_plan(boot)->claims;

    while (boot->reservation.claimed > 0)
        pages_release(claims->items[--boot->reservation.claimed].range);
}

void reserve_release(struct boot *boot)
{
    struct plan_ranges *reclaimable = &boot->reservation.reclaimable;

    release_claims(boot);
    while (reclaimable->count > 0)
        pages_release(reclaimable->items[--reclaimable->count]);
}

bool reserve_take_reclaimable(struct boot *boot, struct error *error)
{
    return kernel_take_reclaimable(&boot->kernel, boot->arena, &boot->reservation.reclaimable) ||
           error_set(error, ERROR_OUT_OF_MEMORY);
}

/* Takes all claims, or none; *ret_refused is the one that could not be had. */
static bool claim_all(struct boot *boot, struct range *ret_refused)
{
    const struct plan_claims *claims = &boot_plan(boot)->claims;
    struct reservation *reservation = &boot->reservation;

    while (reservation->claimed < claims->count) {
        const struct plan_claim *claim = &claims->items[reservation->claimed];

        if (EFI_ERROR(pages_claim(claim->range, claim->code))) {
            *ret_refused = claim->range;
            release_claims(boot);
            return false;
        }
        reservation->claimed++;
    }
    return true;
}

/*
 * What firmware withholds may be much larger than what was asked of it, and what is planned next
 * lies right behind: as much again as has been refused so far goes with it, which doubles each
 * time.
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

static bool mark_unallocatable(struct boot *boot, struct range range, struct error *error)
{
    struct plan_ranges *unallocatable = &boot->reservation.unallocatable;
    struct range *slot =
        arena_push(boot->arena, (void **)&unallocatable->items, &unallocatable->capacity,
                   unallocatable->count, sizeof(*unallocatable->items));

    if (!slot)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    *slot = widen_unallocatable(unallocatable, range);
    unallocatable->count++;
    console_verbose("the firmware does not give 0x%llx-0x%llx, which its map calls free",
                    (unsigned long long)range.start, (unsigned long long)range.end - 1);
    return true;
}

/* Whom a plan's failure is about: a module by its number, or the kernel. */
static void name_culprit(const struct boot *boot, struct error *error)
{
    uint64_t module;

    if (error_module(error, &module) && module < boot->modules.count)
        (void)error_name(error, module_name(&boot->modules.items[module]));
    else
        (void)error_name(error, boot->kernel.file.path);
}

/* Around the first `unallocatable` of the ranges that the firmware did not give. */
static bool make_plan(struct boot *boot, size_t unallocatable, struct error *error)
{
    const struct reservation *reservation = &boot->reservation;
    const struct plan_request request = {
        .image = &boot->kernel.image,
        .module_sizes = boot->modules.sizes,
        .module_count = boot->modules.count,
        /* A stream may yet turn out to be a kernel that can be moved instead. */
        .overwrite_nvs = boot->overwrite_nvs && boot->kernel.state != KERNEL_STREAMED,
        .unallocatable = reservation->unallocatable.items,
        .unallocatable_count = unallocatable,
        .reclaimable = reservation->reclaimable.items,
        .reclaimable_count = reservation->reclaimable.count,
    };

    if (prepare_plan(&boot->map.preparation, &request, error))
        return true;
    name_culprit(boot, error);
    return false;
}

bool reserve_update_map(struct boot *boot, struct error *error)
{
    prepare_drop_plan(&boot->map.preparation);
    return boot_map_update(&boot->map, error);
}

/* True when there would be a plan if the firmware gave what its map calls free. */
static bool is_firmwares_fault(struct boot *boot, const struct error *error)
{
    struct error ignored = {.code = ERROR_NONE};
    bool made = plan_is_short_of_room(error) && boot->reservation.unallocatable.count > 0 &&
                make_plan(boot, 0, &ignored);

    prepare_drop_plan(&boot->map.preparation);
    return made;
}

/*
 * A plan that took memory for its lists is one for a map that is no longer true, and may have that
 * memory in it. Its lists are kept: soon there is room for all of the plan, and none is taken.
 */
static bool make_current_plan(struct boot *boot, struct error *error)
{
    for (;;) {
        const void *before = arena_mark(boot->arena);

        if (!make_plan(boot, boot->reservation.unallocatable.count, error))
            return false;
        if (arena_mark(boot->arena) == before)
            return true;
        if (!reserve_update_map(boot, error))
            return false;
    }
}

bool reserve_memory(struct boot *boot, struct error *error)
{
    struct range refused = {0, 0};
    struct range again = {0, 0};

    (void)timing_enter(TIMING_PLACING);
    for (int i = 0; i < MAX_PLANS; i++) {
        /* With the map as it is; where the firmware has grown it since, a claim fails. */
        if (!make_current_plan(boot, error)) {
            return is_firmwares_fault(boot, error)
                       ? error_set(error, ERROR_MEMORY_WITHHELD, again.start, again.end)
                       : false;
        }
        if (claim_all(boot, &again))
            return true;
        /* Once may be the firmware's timer; twice the same is no accident. */
        if (again.start == refused.start && again.end == refused.end &&
            !mark_unallocatable(boot, again, error))
            return false;
        if (!reserve_update_map(boot, error))
            return false;
        refused = again;
    }
    return error_set(error, ERROR_MEMORY_WITHHELD, again.start, again.end);
}
