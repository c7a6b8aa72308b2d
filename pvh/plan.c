/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes a plan step by step: places the kernel, the boot info, the modules and the trampoline, then
 * stages the bytes whose destinations are still occupied.
 */
#include "pvh/plan.h"

#include "common/base/overflow.h"
#include "common/base/range.h"
#include "common/base/sort.h"
#include "common/base/units.h"
#include "pvh/limits.h"
#include "pvh/plan_span.h"
#include "pvh/plan_staging.h"
#include "pvh/planner.h"
#include "pvh/trampoline_layout.h"

uint32_t plan_entry_point(const struct load_plan *plan, const struct elf_image *image)
{
    return (uint32_t)(image->entry_point - plan->link_base + plan->span.start);
}

static bool load_segment(struct planner *planner, const struct elf_segment *segment)
{
    uint64_t start = segment->paddr - planner->plan->link_base + planner->plan->span.start;
    uint64_t file_end = start + segment->filesz;

    return planner_read(planner, (struct range){start, file_end}, segment->offset,
                        &planner->plan->reads) &&
           planner_clear(planner, (struct range){file_end, start + segment->memsz});
}

/* The kernel's span and the memory after it that must stay free. */
static struct range guarded_span(const struct load_plan *plan)
{
    struct range pages = range_to_pages(plan->span);

    return (struct range){pages.start, min_u64(pages.end + GUARD_AFTER_SPAN, ADDRESS_LIMIT)};
}

static bool place_kernel(struct planner *planner)
{
    const struct elf_image *image = planner->request->image;
    struct load_plan *plan = planner->plan;

    if (!plan_place_span(planner))
        return false;
    plan->entry_point = plan_entry_point(plan, image);
    for (size_t i = 0; i < plan->ram_parts.count; i++) {
        if (!planner_claim(planner, plan->ram_parts.items[i]))
            return false;
    }
    for (size_t i = 0; i < image->segment_count; i++) {
        if (!load_segment(planner, &image->segments[i]))
            return false;
    }
    planner_take(planner, guarded_span(plan));
    return true;
}

/* Finds the lowest place in `window` that does not cross a large page boundary. */
static bool find_in_large_page(const struct free_list *list, struct range window, uint64_t size,
                               uint64_t *ret_start)
{
    while (free_list_lowest(list, window, size, PAGE_SIZE, ret_start)) {
        uint64_t boundary = align_down(*ret_start, BOOT_INFO_LARGE_PAGE) + BOOT_INFO_LARGE_PAGE;

        if (*ret_start + size <= boundary)
            return true;
        window.start = boundary;
    }
    return false;
}

static bool place_boot_info(struct planner *planner)
{
    struct range span = planner->plan->span;
    const struct range windows[] = {
        {LOW_BOOT_INFO_START, LOW_BOOT_INFO_END},
        {MIB, min_u64(span.start, BOOT_INFO_LIMIT)},
        {max_u64(span.end, MIB), BOOT_INFO_LIMIT},
    };
    uint64_t size = align_up(planner->request->boot_info_size, PAGE_SIZE);
    uint64_t start;

    for (size_t i = 0; i < ELEMENTS(windows); i++) {
        if (size > BOOT_INFO_LARGE_PAGE ||
            !find_in_large_page(&planner->available, windows[i], size, &start))
            continue;
        planner->plan->boot_info = (struct range){start, start + size};
        if (!planner_claim(planner, planner->plan->boot_info))
            return false;
        planner_take(planner, planner->plan->boot_info);
        return true;
    }
    return error_set(planner->error, ERROR_NO_ROOM_FOR_BOOT_INFO, size);
}

/*
 * Prefers, in this order: above the kernel and below 1 GiB, below the kernel, anywhere. First in
 * free memory, then in memory that needs staging.
 */
static bool find_module_place(const struct planner *planner, uint64_t size, uint64_t *ret_start)
{
    struct range span = planner->plan->span;
    uint64_t above_kernel = max_u64(span.end, MIB);
    const struct range windows[] = {
        {above_kernel, BOOT_INFO_LIMIT},
        {MIB, min_u64(span.start, BOOT_INFO_LIMIT)},
        {above_kernel, ADDRESS_LIMIT},
        {MIB, span.start},
    };
    const struct free_list *lists[] = {&planner->available, &planner->usable};

    for (size_t list = 0; list < ELEMENTS(lists); list++) {
        for (size_t i = 0; i < ELEMENTS(windows); i++) {
            if (free_list_lowest(lists[list], windows[i], size, PAGE_SIZE, ret_start))
                return true;
        }
    }
    return false;
}

static bool place_module(struct planner *planner, size_t index)
{
    struct plan_module *module = &planner->plan->modules[index];
    uint64_t size = planner->request->module_sizes[index];
    uint64_t pages, start;
    struct range all;

    if (!checked_align_up(size, PAGE_SIZE, &pages) || pages > ADDRESS_LIMIT ||
        !find_module_place(planner, pages, &start)) {
        struct range largest = free_list_largest(&planner->available);

        return error_set(planner->error, ERROR_NO_ROOM_FOR_MODULE, index, size, largest.start,
                         largest.end);
    }
    module->range = (struct range){start, start + size};
    all = (struct range){start, start + pages};
    if (!planner_claim(planner, all) || !planner_read(planner, module->range, 0, &module->reads) ||
        !planner_clear(planner, (struct range){module->range.end, all.end}))
        return false;
    planner_take(planner, all);
    return true;
}

/* True for a module that is in memory already, at a place where a module may be. */
static bool stays_in_place(const struct planner *planner, size_t index)
{
    const struct plan_request *request = planner->request;
    struct range place;

    if (!request->module_places || range_size(request->module_places[index]) == 0)
        return false;
    place = request->module_places[index];
    return place.start % PAGE_SIZE == 0 && place.start >= MIB && place.end <= ADDRESS_LIMIT &&
           !range_overlaps(range_to_pages(place), guarded_span(planner->plan));
}

/* Keeps everything else away from the modules that stay where they are. */
static void keep_modules(struct planner *planner)
{
    struct load_plan *plan = planner->plan;

    for (size_t i = 0; i < plan->module_count; i++) {
        if (!stays_in_place(planner, i))
            continue;
        plan->modules[i].range = planner->request->module_places[i];
        planner_take(planner, range_to_pages(plan->modules[i].range));
    }
}

static bool reserve_modules(struct planner *planner)
{
    struct load_plan *plan = planner->plan;
    size_t count = planner->request->module_count;

    if (count <= plan->module_capacity)
        return true;
    plan->modules = arena_alloc(planner->arena, count, sizeof(*plan->modules));
    plan->module_capacity = plan->modules ? count : 0;
    if (!plan->modules)
        return planner_out_of_memory(planner);
    for (size_t i = 0; i < count; i++)
        plan->modules[i].reads =
            (struct plan_reads){.items = &plan->modules[i].room, .capacity = 1};
    return true;
}

static bool place_modules(struct planner *planner)
{
    struct load_plan *plan = planner->plan;

    planner->modules_placed = true;
    if (!reserve_modules(planner))
        return false;
    plan->module_count = planner->request->module_count;
    keep_modules(planner);
    for (size_t i = 0; i < plan->module_count; i++) {
        if (!stays_in_place(planner, i) && !place_module(planner, i))
            return false;
    }
    return true;
}

/*
 * The kernel keeps this memory, without using it as RAM. Not in low memory: kernels overwrite parts
 * of it (see LOW_BOOT_INFO_START) and need some as RAM. Otherwise in the highest free memory. That
 * mostly lies between boot services' memory, so that RAM is divided; free memory that adjoins what
 * is not RAM is mostly right above 1 MiB, where kernels that allocate the first fit need it more.
 * No room for it is no failure, since the boot does not need it.
 */
static bool place_acpi_overlay(struct planner *planner)
{
    struct load_plan *plan = planner->plan;
    uint64_t size, start;

    if (planner->overlay_size == 0 || !checked_align_up(planner->overlay_size, PAGE_SIZE, &size) ||
        !planner_find_for_loader(planner, &planner->claimable, MIB, size, &start))
        return true;
    plan->acpi_overlay = (struct range){start, start + size};
    if (!planner_claim(planner, plan->acpi_overlay))
        return false;
    planner_take(planner, plan->acpi_overlay);
    return true;
}

/*
 * Until the kernel loads its own, the GDT is the trampoline's: it is not where kernels write first.
 * Low memory comes first only where the rest may have to hold modules.
 */
static bool find_trampoline_place(const struct planner *planner, uint64_t size, uint64_t *ret_start)
{
    const struct free_list *list = &planner->claimable;
    const struct range low = {LOW_BOOT_INFO_START, LOW_BOOT_INFO_END};

    if (planner->strategy == STRATEGY_USE_RECLAIMABLE_LOW &&
        free_list_lowest(list, low, size, PAGE_SIZE, ret_start))
        return true;
    return planner_find_for_loader(planner, list, MIB, size, ret_start) ||
           free_list_highest(list, low, size, PAGE_SIZE, ret_start);
}

/* Places the trampoline's page, lists and page tables for at most `copies` and `zeros`. */
static bool place_trampoline(struct planner *planner, uint64_t copies, uint64_t zeros)
{
    struct load_plan *plan = planner->plan;
    uint64_t size = PAGE_SIZE + trampoline_data_size(copies, zeros);
    uint64_t start;

    if (!find_trampoline_place(planner, size, &start))
        return error_set(planner->error, ERROR_NO_ROOM_FOR_TRAMPOLINE, size);
    plan->trampoline_code = (struct range){start, start + PAGE_SIZE};
    plan->trampoline_data = (struct range){start + PAGE_SIZE, start + size};
    planner_take_for_loader(planner, (struct range){start, start + size});
    return planner_push(planner, &plan->claims, plan->trampoline_code, true) &&
           planner_push(planner, &plan->claims, plan->trampoline_data, false);
}

/* Makes reclaimable memory available, except in the kernel's span. */
static bool reclaim(struct planner *planner)
{
    const struct plan_request *request = planner->request;
    const struct plan_claims *claims = &planner->plan->claims;
    uint64_t before = free_list_size(&planner->available);

    for (size_t i = 0; i < request->reclaimable_count; i++) {
        struct range range = request->reclaimable[i];

        range.end = min_u64(range.end, ADDRESS_LIMIT);
        free_list_give(&planner->available, range);
    }
    free_list_take(&planner->available, guarded_span(planner->plan));
    planner->total_available += free_list_size(&planner->available) - before;
    /* The destinations of staged modules must not overlap memory claimed for other objects. */
    if (!free_list_reserve_more(&planner->usable, planner->arena,
                                claims->count + request->module_count))
        return planner_out_of_memory(planner);
    for (size_t i = 0; i < claims->count; i++)
        free_list_take(&planner->usable, claims->items[i].range);
    return true;
}

/* Places everything in memory that is free now. */
static bool place_all(struct planner *planner)
{
    const struct load_plan *plan = planner->plan;

    return place_kernel(planner) && place_boot_info(planner) && place_modules(planner) &&
           place_acpi_overlay(planner) &&
           place_trampoline(planner, plan_max_copies(planner), plan->zero_after_exit.count) &&
           plan_stage(planner);
}

/*
 * Places the modules last, because the loader uses reclaimable memory until the kernel has been
 * read: everything else has to be elsewhere.
 */
static bool place_all_and_reclaim(struct planner *planner)
{
    const struct load_plan *plan = planner->plan;

    return place_kernel(planner) && place_boot_info(planner) && place_acpi_overlay(planner) &&
           place_trampoline(planner, plan_max_copies_with_modules(planner),
                            plan->zero_after_exit.count + planner->request->module_count) &&
           plan_stage(planner) && reclaim(planner) && place_modules(planner) && plan_stage(planner);
}

static bool place(struct planner *planner)
{
    if (!planner_list_memory(planner))
        return false;
    return planner->strategy == STRATEGY_KEEP_RECLAIMABLE ? place_all(planner)
                                                          : place_all_and_reclaim(planner);
}

static bool try_plan(struct planner *planner, enum placement_strategy strategy)
{
    bool placed;

    error_clear(planner->error);
    planner_start(planner, strategy);
    placed = place(planner);
    planner_end(planner);
    return placed;
}

bool plan_is_lack_of_space(const struct error *error)
{
    switch (error->code) {
    case ERROR_NO_ROOM_FOR_MODULE:
    case ERROR_NO_ROOM_FOR_BOOT_INFO:
    case ERROR_NO_ROOM_FOR_TRAMPOLINE:
    case ERROR_NO_ROOM_FOR_STAGING:
        return true;
    default:
        return false;
    }
}

static bool find_plan(struct planner *planner)
{
    enum placement_strategy end =
        planner->request->reclaimable_count > 0 ? STRATEGIES : STRATEGY_USE_RECLAIMABLE;

    for (enum placement_strategy strategy = STRATEGY_KEEP_RECLAIMABLE; strategy < end; strategy++) {
        if (try_plan(planner, strategy))
            return true;
        if (!plan_is_lack_of_space(planner->error))
            return false;
    }
    return false;
}

/* Where memory is that short, the kernel is started without an overlay. */
static bool find_plan_without_overlay(struct planner *planner)
{
    if (planner->overlay_size == 0 || !plan_is_lack_of_space(planner->error))
        return false;
    planner->overlay_size = 0;
    return find_plan(planner);
}

static int compare_reads(const void *a, const void *b)
{
    const struct plan_read *left = a;
    const struct plan_read *right = b;

    return COMPARE(left->offset, right->offset);
}

static bool follows(const struct plan_read *first, const struct plan_read *second)
{
    return first->offset + first->size == second->offset &&
           first->address + first->size == second->address;
}

/* Sorts reads by offset and merges them where possible. */
static void order_reads(struct plan_reads *reads)
{
    size_t count = 0;

    sort(reads->items, reads->count, sizeof(*reads->items), compare_reads);
    for (size_t i = 0; i < reads->count; i++) {
        if (count > 0 && follows(&reads->items[count - 1], &reads->items[i]))
            reads->items[count - 1].size += reads->items[i].size;
        else
            reads->items[count++] = reads->items[i];
    }
    reads->count = count;
}

bool plan_make(const struct plan_request *request, const struct memory_map *map,
               struct arena *arena, struct load_plan *ret_plan, struct error *ret_error)
{
    struct planner planner = {request,   map,      arena,
                              ret_error, ret_plan, .overlay_size = request->overlay_size};

    if (!find_plan(&planner) && !find_plan_without_overlay(&planner))
        return false;
    ret_plan->overlay_left_out =
        request->overlay_size > 0 && range_size(ret_plan->acpi_overlay) == 0;
    order_reads(&ret_plan->reads);
    for (size_t i = 0; i < ret_plan->module_count; i++)
        order_reads(&ret_plan->modules[i].reads);
    return true;
}
