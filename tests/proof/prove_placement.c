/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where things are placed: in memory that is free, and where a kernel can reach them; and that
 * reads which are put in order read the same.
 * Bounds: any sizes and addresses, RANGES ranges in each list; READS reads.
 *
 * with: pvh/planner.c pvh/free_list.c pvh/trampoline_layout.c tests/proof/proof_memory.c
 * with: common/base/error.c common/base/sort.c
 * cbmc: -DRANGES=1 -DSPLITS=1 -DREADS=2 --unwind 7
 * cbmc: --unwindset memcpy.0:6,memcpy.1:1,move_up.0:6,move_up.1:1
 * full: -DRANGES=2 -DSPLITS=1 -DREADS=3 --unwind 9
 * full: --unwindset memcpy.0:6,memcpy.1:1,move_up.0:8,move_up.1:1
 * slow: prove_boot_info prove_trampoline
 */
#include "pvh/plan.c"
#include "tests/proof/planner.h"

static struct plan_request request;

/* After the kernel has been placed: what is at its span is no longer free. */
static void after_kernel(void)
{
    uint64_t start = nondet_u64(), end = nondet_u64();

    any_planner();
    ASSUME(start < end && end <= ADDRESS_LIMIT);
    plan.span = (struct range){start, end};
    for (size_t i = 0; i < RANGES; i++) {
        ASSUME(i >= planner.available.count || !range_overlaps(available_slots[i], plan.span));
        ASSUME(i >= planner.usable.count || !range_overlaps(usable_slots[i], plan.span));
    }
    request = (struct plan_request){.boot_info_size = nondet_u64()};
    planner.request = &request;
}

static void prove_large_page(struct range window, uint64_t size)
{
    uint64_t start;

    any_planner();
    ASSUME(size > 0 && size <= BOOT_INFO_LARGE_PAGE && size % PAGE_SIZE == 0);
    ASSUME(window.start <= ADDRESS_LIMIT && window.end <= ADDRESS_LIMIT);
    if (!find_in_large_page(&planner.available, window, size, &start))
        return;
    PROVE(is_in((struct range){start, start + size}, window), "it is in the window");
    PROVE(is_all_listed(&planner.available, (struct range){start, start + size}), "it is free");
    PROVE(start / BOOT_INFO_LARGE_PAGE == (start + size - 1) / BOOT_INFO_LARGE_PAGE,
          "it is in one large page");
}

static void prove_boot_info(uint64_t address)
{
    bool was_free, was_claimable;
    struct range placed;

    after_kernel();
    ASSUME(request.boot_info_size > 0 && request.boot_info_size <= 4 * BOOT_INFO_LARGE_PAGE);
    was_free = is_free(address);
    was_claimable = is_claimable(address);
    if (!place_boot_info(&planner)) {
        PROVE(error.code == ERROR_OUT_OF_MEMORY || error.code == ERROR_NO_ROOM_FOR_BOOT_INFO,
              "only a lack of memory ends it");
        return;
    }
    placed = plan.boot_info;
    PROVE(range_size(placed) >= request.boot_info_size, "it has room");
    PROVE(is_in(placed, (struct range){LOW_BOOT_INFO_START, LOW_BOOT_INFO_END}) ||
              is_in(placed, (struct range){MIB, BOOT_INFO_LIMIT}),
          "kernels reach it");
    PROVE(!range_overlaps(placed, plan.span), "it is outside the kernel");
    if (range_contains(placed, address)) {
        PROVE(was_free && !is_free(address), "it was free");
        PROVE(!is_listed(&planner.usable, address), "nothing else goes there");
        PROVE(claims_with(address) == was_claimable && !is_claimable(address),
              "it is claimed, unless the loader has it");
    }
}

static void prove_module(uint64_t size)
{
    struct range place;
    uint64_t start;

    after_kernel();
    ASSUME(size > 0 && size <= ADDRESS_LIMIT && size % PAGE_SIZE == 0);
    if (!find_module_place(&planner, size, &start))
        return;
    place = (struct range){start, start + size};
    PROVE(is_in(place, (struct range){MIB, ADDRESS_LIMIT}), "kernels reach it");
    PROVE(!range_overlaps(place, plan.span), "it is outside the kernel");
    PROVE(is_all_listed(&planner.available, place) || is_all_listed(&planner.usable, place),
          "it is free, or free after the firmware");
}

static void prove_in_place(struct range place)
{
    after_kernel();
    ASSUME(place.start <= place.end && place.end <= (UINT64_C(1) << 52));
    request.module_places = &place;
    if (!stays_in_place(&planner, 0))
        return;
    PROVE(is_in(place, (struct range){MIB, ADDRESS_LIMIT}), "kernels reach it");
    PROVE(place.start % PAGE_SIZE == 0, "it begins with a page");
    PROVE(!range_overlaps(range_to_pages(place), plan.span), "it is outside the kernel");
}

static void prove_trampoline(uint16_t copies, uint16_t zeros, uint64_t address)
{
    bool was_free;

    after_kernel();
    planner.strategy = nondet_bool() ? STRATEGY_USE_RECLAIMABLE : STRATEGY_USE_RECLAIMABLE_LOW;
    was_free = is_claimable(address);
    if (!place_trampoline(&planner, copies, zeros))
        return;
    PROVE(range_size(plan.trampoline_code) == PAGE_SIZE, "its code is a page");
    PROVE(plan.trampoline_data.start == plan.trampoline_code.end &&
              range_size(plan.trampoline_data) == trampoline_data_size(copies, zeros),
          "its data follow");
    if (range_contains(plan.trampoline_code, address) ||
        range_contains(plan.trampoline_data, address))
        PROVE(was_free && !is_free(address), "it was free");
    PROVE(plan.claims.count == 2 && plan.claims.items[0].code && !plan.claims.items[1].code,
          "its code is claimed as code");
}

/* Which byte of the file an address gets; UINT64_MAX: none. */
static uint64_t comes_from(const struct plan_reads *reads, uint64_t address)
{
    uint64_t offset = UINT64_MAX;

    for (size_t i = 0; i < reads->count; i++) {
        const struct plan_read *read = &reads->items[i];

        if (range_contains((struct range){read->address, read->address + read->size}, address))
            offset = read->offset + (address - read->address);
    }
    return offset;
}

/* Segments may share bytes of the file, but no memory. */
static void prove_order(uint64_t address)
{
    struct plan_read items[READS];
    struct plan_reads reads = {items, READS, READS};
    uint64_t before;

    for (size_t i = 0; i < READS; i++) {
        items[i] = (struct plan_read){nondet_u64(), nondet_u32(), nondet_u32()};
        ASSUME(items[i].offset <= INT64_MAX - UINT32_MAX);
        for (size_t k = 0; k < i; k++)
            ASSUME(items[i].address >= items[k].address + items[k].size ||
                   items[k].address >= items[i].address + items[i].size);
    }
    before = comes_from(&reads, address);
    order_reads(&reads);
    PROVE(comes_from(&reads, address) == before, "every address gets the byte that it got");
    for (size_t i = 1; i < reads.count; i++)
        PROVE(items[i - 1].offset <= items[i].offset, "reads go on in the file");
}
