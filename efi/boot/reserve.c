/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/reserve.h"

#include "common/base/overflow.h"
#include "efi/arch/cpu.h"
#include "efi/console/console.h"
#include "efi/firmware/pages.h"
#include "efi/firmware/timing.h"
#include "pvh/messages.h"
#include "pvh/plan.h"
#include "pvh/platform/processor_memory.h"

/*
 * Allocating a plan's memory fails when the firmware has allocated some of it since the map was
 * read, or does not give out memory that its map calls free. Both have been seen; then a new plan
 * is made.
 */
#define MAX_PLANS 64

/* After this many refusals, a larger range than the one that was refused is avoided. */
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

/* Allocates all claims, or none: then *ret_refused is the one that failed. */
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
 * The firmware may withhold much more than the range that was refused, and the next plan would use
 * the memory right after it. So the range is extended by the total refused so far, which doubles it
 * each time.
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

static bool avoid(struct boot *boot, struct range range, struct error *error)
{
    struct plan_ranges *unallocatable = &boot->reservation.unallocatable;
    struct range *slot =
        arena_push(boot->arena, (void **)&unallocatable->items, &unallocatable->capacity,
                   unallocatable->count, sizeof(*unallocatable->items));

    if (!slot)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    *slot = range;
    unallocatable->count++;
    return true;
}

static bool mark_unallocatable(struct boot *boot, struct range range, struct error *error)
{
    if (!avoid(boot, widen_unallocatable(&boot->reservation.unallocatable, range), error))
        return false;
    console_verbose("the firmware refuses to allocate 0x%llx-0x%llx, which its map calls free",
                    (unsigned long long)range.start, (unsigned long long)range.end - 1);
    return true;
}

/* Firmware would give us the memory that it runs on itself, where its map calls that free. */
static bool avoid_processor_memory(struct boot *boot, struct error *error)
{
    struct processor_state state = cpu_read_state();
    struct processor_memory memory = {.count = 0};

    processor_memory_find(&state, &boot->map.preparation.map, cpu_read_memory, &memory);
    for (size_t i = 0; i < memory.count; i++) {
        struct range range = memory.ranges[i];

        if (!avoid(boot, range, error))
            return false;
        console_verbose("the firmware runs in 0x%llx-0x%llx, which its map calls free",
                        (unsigned long long)range.start, (unsigned long long)range.end - 1);
    }
    return true;
}

/* Names the file that could not be placed: the module with the error's number, or the kernel. */
static void name_culprit(const struct boot *boot, struct error *error)
{
    uint64_t module;

    if (error_module(error, &module) && module < boot->modules.count)
        (void)error_name(error, module_name(&boot->modules.items[module]));
    else
        (void)error_name(error, boot->kernel.file.path);
}

/* Avoids the first `unallocatable` ranges that the firmware has refused to allocate. */
static bool make_plan(struct boot *boot, size_t unallocatable, struct error *error)
{
    const struct reservation *reservation = &boot->reservation;
    const struct plan_request request = {
        .image = &boot->kernel.image,
        .module_sizes = boot->modules.sizes,
        .module_count = boot->modules.count,
        .module_places = boot->modules.places,
        /* The notes of a stream, not read yet, may allow it to be moved instead. */
        .overwrite_nvs = boot->overwrite_nvs && boot->kernel.state != KERNEL_STREAMED,
        .overlay_size = boot->overlay.size,
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

/* True if something was refused and there is a plan with all that the firmware's map calls free. */
static bool is_firmwares_fault(struct boot *boot, struct range refused, const struct error *error)
{
    struct error ignored = {.code = ERROR_NONE};
    bool made =
        plan_is_lack_of_space(error) && range_size(refused) > 0 && make_plan(boot, 0, &ignored);

    prepare_drop_plan(&boot->map.preparation);
    return made;
}

/*
 * If a plan has allocated memory for its lists, its map is outdated, and the plan may use that very
 * memory. So the map is read and the plan made again. The lists are kept, so that soon the plan
 * fits into them and nothing is allocated.
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
    struct range previous = {0, 0};
    struct range refused = {0, 0};

    (void)timing_enter(TIMING_PLACING);
    if (!avoid_processor_memory(boot, error))
        return false;
    for (int i = 0; i < MAX_PLANS; i++) {
        /* With the map that was read last: if the firmware has allocated since, a claim fails. */
        if (!make_current_plan(boot, error)) {
            return is_firmwares_fault(boot, refused, error)
                       ? error_set(error, ERROR_MEMORY_WITHHELD, refused.start, refused.end)
                       : false;
        }
        if (claim_all(boot, &refused))
            return true;
        /* The first time may be a timer event that has allocated; the second time is not. */
        if (refused.start == previous.start && refused.end == previous.end &&
            !mark_unallocatable(boot, refused, error))
            return false;
        if (!reserve_update_map(boot, error))
            return false;
        previous = refused;
    }
    return error_set(error, ERROR_MEMORY_WITHHELD, refused.start, refused.end);
}
