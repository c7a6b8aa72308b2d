/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/plan.h"

#include "common/base/overflow.h"
#include "common/base/sort.h"
#include "common/base/units.h"
#include "pvh/free_list.h"
#include "pvh/trampoline.h"

#include <string.h>

#define ADDRESS_LIMIT (4 * GIB)

/* NetBSD moves its boot info behind its end before it reads it; FreeBSD allocates from there. */
#define GUARD_AFTER_SPAN (64 * KIB)

/* Linux and FreeBSD read the boot info through page tables that map this much. */
#define BOOT_INFO_LIMIT (1 * GIB)

/* nanos maps the one large page that EBX points into, and nothing else of the boot info. */
#define LARGE_PAGE (2 * MIB)

/* Page 0 to 0x8000 is OSv's, 0x90000 toro's. */
#define LOW_BOOT_INFO_START UINT64_C(0x10000)
#define LOW_BOOT_INFO_END   UINT64_C(0x90000)

/* How often taking a range can split a free one, beyond once for each module and denied range. */
#define FIXED_TAKES 8

/* Bytes of a file whose place is occupied until exit. */
struct pending_bytes {
    uint64_t destination;
    uint64_t offset;
    uint64_t size;
    struct plan_reads *reads;
};

/* How hard it is to find room. */
enum strategy {
    STRATEGY_KEEP_RECLAIMABLE,
    STRATEGY_USE_RECLAIMABLE,     /* modules may lie in what is lent */
    STRATEGY_USE_RECLAIMABLE_LOW, /* and the loader's own has the lowest places instead of the
                                     highest */

    STRATEGIES
};

struct planner {
    const struct plan_request *request;
    const struct memory_map *map;
    struct arena *arena;
    struct error *error;
    struct load_plan *plan;
    struct free_list claimable; /* can be allocated */
    struct free_list available; /* can be read into: the above, and what is lent once it is had */
    struct free_list usable;    /* can be the kernel's after exit: the above, and boot services' */
    enum strategy strategy;
    uint64_t free; /* bytes that were ever available */
    struct pending_bytes *pending;
    size_t pending_count, pending_capacity;
};

static bool out_of_memory(struct planner *planner)
{
    return error_set(planner->error, ERROR_OUT_OF_MEMORY, 0);
}

#define push(planner, list, ...)                                                                   \
    push_item((planner), (void **)&(list)->items, &(list)->capacity, &(list)->count,               \
              &(__typeof__(*(list)->items)){__VA_ARGS__}, sizeof(*(list)->items))

static bool push_item(struct planner *planner, void **items, size_t *capacity, size_t *count,
                      const void *item, size_t size)
{
    void *slot = arena_push(planner->arena, items, capacity, *count, size);

    if (!slot)
        return out_of_memory(planner);
    memcpy(slot, item, size);
    (*count)++;
    return true;
}

static void give_free(struct planner *planner, struct range range)
{
    free_list_append(&planner->claimable, range);
    free_list_append(&planner->available, range);
}

/* Takes what stays the loader's. */
static void take_free(struct planner *planner, struct range range)
{
    free_list_take(&planner->claimable, range);
    free_list_take(&planner->available, range);
}

static bool list_memory(struct planner *planner)
{
    const struct plan_request *request = planner->request;
    const struct memory_map *map = planner->map;
    size_t takes = request->unallocatable_count + request->reclaimable_count +
                   request->module_count + FIXED_TAKES;

    if (!free_list_reserve(&planner->claimable, planner->arena, map->count, takes) ||
        !free_list_reserve(&planner->available, planner->arena, map->count, takes) ||
        !free_list_reserve(&planner->usable, planner->arena, map->count, takes))
        return out_of_memory(planner);
    for (size_t i = 0; i < map->count && map->ranges[i].range.start < ADDRESS_LIMIT; i++) {
        struct range range = map->ranges[i].range;

        range.end = min_u64(range.end, ADDRESS_LIMIT);
        if (map->ranges[i].class == MEMORY_CONVENTIONAL)
            give_free(planner, range);
        if (memory_is_ram(map->ranges[i].class))
            free_list_append(&planner->usable, range);
    }
    for (size_t i = 0; i < request->unallocatable_count; i++)
        take_free(planner, range_to_pages(request->unallocatable[i]));
    /* Nothing is read to address 0: drivers take it for no buffer, and firmware may trap it. */
    take_free(planner, (struct range){0, PAGE_SIZE});
    planner->free = free_list_size(&planner->available);
    return true;
}

/* Takes what will be the kernel's. */
static void take(struct planner *planner, struct range range)
{
    take_free(planner, range);
    free_list_take(&planner->usable, range);
}

/*
 * Cuts the first part off `rest`: as far as it is all available, or all not. *ret_direct tells
 * which.
 */
static struct range next_part(const struct free_list *available, struct range *rest,
                              bool *ret_direct)
{
    struct range part = *rest;
    struct range free = free_list_next(available, rest->start);

    *ret_direct = range_contains(free, part.start);
    if (*ret_direct)
        part.end = min_u64(part.end, free.end);
    else if (range_size(free) > 0)
        part.end = min_u64(part.end, free.start);
    rest->start = part.end;
    return part;
}

/* Claims the free parts of an object's pages, gaps between segments included. */
static bool claim_range(struct planner *planner, struct range range)
{
    struct range rest = range_to_pages(range);

    while (range_size(rest) > 0) {
        bool free;
        struct range part = next_part(&planner->claimable, &rest, &free);

        if (free && !push(planner, &planner->plan->claims, part, false))
            return false;
    }
    return true;
}

/* Lets `destination` be filled from the file, at `offset`. */
static bool load_range(struct planner *planner, struct range destination, uint64_t offset,
                       struct plan_reads *reads)
{
    struct range rest = destination;

    while (range_size(rest) > 0) {
        bool direct;
        struct range part = next_part(&planner->available, &rest, &direct);
        uint64_t from = offset + (part.start - destination.start);
        struct pending_bytes bytes = {part.start, from, range_size(part), reads};

        if (direct && !push(planner, reads, from, part.start, range_size(part)))
            return false;
        if (!direct && !push_item(planner, (void **)&planner->pending, &planner->pending_capacity,
                                  &planner->pending_count, &bytes, sizeof(bytes)))
            return false;
    }
    return true;
}

static bool zero_range(struct planner *planner, struct range range)
{
    struct range rest = range;

    while (range_size(rest) > 0) {
        bool direct;
        struct range part = next_part(&planner->available, &rest, &direct);

        if (!push(planner,
                  direct ? &planner->plan->zero_before_exit : &planner->plan->zero_after_exit,
                  part.start, part.end))
            return false;
    }
    return true;
}

/*
 * The first part of `span` that cannot be the kernel's: no RAM, or RAM that stays the firmware's.
 * False when there is none.
 */
static bool find_blocker(const struct memory_map *map, struct range span, bool allow_nvs,
                         struct memory_range *ret_blocker)
{
    const struct memory_range *range = memory_map_find(map, span.start);
    const struct memory_range *end = map->ranges + map->count;
    uint64_t position = span.start;

    while (position < span.end) {
        if (!range || range == end || range->range.start > position) {
            uint64_t next = range && range != end ? range->range.start : span.end;

            *ret_blocker = (struct memory_range){{position, min_u64(next, span.end)}, MEMORY_NONE};
            return true;
        }
        if (!memory_is_ram(range->class) && range->class != MEMORY_OVERRIDDEN &&
            !(allow_nvs && range->class == MEMORY_NVS)) {
            *ret_blocker = *range;
            return true;
        }
        position = range->range.end;
        range++;
    }
    return false;
}

/*
 * The parts of the span that have to be RAM: all of it, gaps included, since kernels use those as
 * their own. But for one: a kernel with something at the bottom of memory and the rest above 1 MiB
 * knows what lies between. Returns how many parts there are.
 */
static size_t list_ram_parts(const struct range span, const struct elf_segment *segments,
                             size_t segment_count, struct range parts[2])
{
    struct range pages = range_to_pages(span);

    parts[0] = pages;
    if (pages.start >= isa_hole.start || pages.end <= isa_hole.end)
        return 1;
    for (size_t i = 0; i < segment_count; i++) {
        struct range segment = {segments[i].paddr, segments[i].paddr + segments[i].memsz};

        if (range_overlaps(segment, isa_hole))
            return 1;
    }
    parts[0].end = isa_hole.start;
    parts[1] = (struct range){isa_hole.end, pages.end};
    return 2;
}

static bool find_span_blocker(const struct memory_map *map, const struct elf_image *image,
                              bool allow_nvs, struct memory_range *ret_blocker)
{
    struct range parts[2];
    size_t count = list_ram_parts(image->span, image->segments, image->segment_count, parts);

    for (size_t i = 0; i < count; i++) {
        if (find_blocker(map, parts[i], allow_nvs, ret_blocker))
            return true;
    }
    return false;
}

/* The lowest place that the kernel's note allows, above the memory that PCs are started in. */
static bool find_relocation_in(const struct free_list *list, const struct elf_image *image,
                               uint64_t *ret_start)
{
    const struct pvh_relocation *relocation = &image->notes.relocation;
    uint64_t alignment = max_u64(relocation->alignment, PAGE_SIZE);
    uint64_t size = align_up(range_size(image->span), PAGE_SIZE);
    struct range window = {max_u64(relocation->min, MIB), ADDRESS_LIMIT};

    return free_list_lowest(list, window, size, alignment, ret_start) &&
           *ret_start + range_size(image->span) - 1 <= relocation->max;
}

static bool find_relocation(const struct planner *planner, uint64_t *ret_start)
{
    const struct elf_image *image = planner->request->image;

    if (!image->notes.relocation.present || !image->notes.relocation.valid)
        return false;
    return find_relocation_in(&planner->available, image, ret_start) ||
           find_relocation_in(&planner->usable, image, ret_start);
}

/* True when some place could hold the span if the kernel could be anywhere. */
static bool fits_somewhere(const struct planner *planner)
{
    uint64_t size = align_up(range_size(planner->request->image->span), PAGE_SIZE);
    struct range window = {MIB, ADDRESS_LIMIT};
    uint64_t start;

    return free_list_lowest(&planner->usable, window, size, PAGE_SIZE, &start);
}

static enum error_code name_refusal(const struct planner *planner, bool only_nvs)
{
    const struct pvh_relocation *relocation = &planner->request->image->notes.relocation;

    if (relocation->present && !relocation->valid)
        return ERROR_RELOCATION_NOTE;
    if (relocation->present)
        return only_nvs ? ERROR_NO_ROOM_TO_RELOCATE_NVS : ERROR_NO_ROOM_TO_RELOCATE;
    if (only_nvs)
        return ERROR_SPAN_TAKEN_BY_NVS;
    return fits_somewhere(planner) ? ERROR_SPAN_TAKEN : ERROR_SPAN_WITHOUT_MEMORY;
}

static bool refuse_span(struct planner *planner, struct memory_range blocker)
{
    const struct elf_image *image = planner->request->image;
    struct memory_range other;
    bool only_nvs = !find_span_blocker(planner->map, image, true, &other);

    if (!only_nvs)
        blocker = other; /* what --overwrite-acpi-nvs cannot help with */
    return error_set(planner->error, name_refusal(planner, only_nvs), image->span.start,
                     image->span.end, blocker.range.start, blocker.range.end, blocker.class);
}

/* Decides where the span goes: as linked, moved, or as linked over ACPI NVS. */
static bool choose_span(struct planner *planner, uint64_t *ret_start)
{
    const struct elf_image *image = planner->request->image;
    struct memory_range blocker, other;

    *ret_start = image->span.start;
    if (!find_span_blocker(planner->map, image, false, &blocker))
        return true;
    if (find_relocation(planner, ret_start)) {
        planner->plan->relocated = true;
        return true;
    }
    *ret_start = image->span.start;
    if (planner->request->overwrite_nvs && !find_span_blocker(planner->map, image, true, &other)) {
        planner->plan->overwrites_nvs = true;
        return true;
    }
    return refuse_span(planner, blocker);
}

static bool load_segment(struct planner *planner, const struct elf_segment *segment)
{
    uint64_t start = segment->paddr - planner->plan->link_base + planner->plan->span.start;
    uint64_t file_end = start + segment->filesz;

    return load_range(planner, (struct range){start, file_end}, segment->offset,
                      &planner->plan->reads) &&
           zero_range(planner, (struct range){file_end, start + segment->memsz});
}

/* Where nothing else may be. */
static struct range guarded_span(const struct load_plan *plan)
{
    struct range pages = range_to_pages(plan->span);

    return (struct range){pages.start, min_u64(pages.end + GUARD_AFTER_SPAN, ADDRESS_LIMIT)};
}

static bool place_kernel(struct planner *planner)
{
    const struct elf_image *image = planner->request->image;
    struct load_plan *plan = planner->plan;
    uint64_t start;

    if (!choose_span(planner, &start))
        return false;
    plan->link_base = image->span.start;
    plan->span = (struct range){start, start + range_size(image->span)};
    plan->ram_part_count = 1;
    plan->ram_parts[0] = range_to_pages(plan->span);
    if (!plan->relocated)
        plan->ram_part_count =
            list_ram_parts(image->span, image->segments, image->segment_count, plan->ram_parts);
    plan->entry_point = plan_entry_point(plan, image);
    if (!claim_range(planner, plan->span))
        return false;
    for (size_t i = 0; i < image->segment_count; i++) {
        if (!load_segment(planner, &image->segments[i]))
            return false;
    }
    take(planner, guarded_span(plan));
    return true;
}

/* The lowest place in `window` that does not cross a boundary between large pages. */
static bool find_in_large_page(const struct free_list *list, struct range window, uint64_t size,
                               uint64_t *ret_start)
{
    while (free_list_lowest(list, window, size, PAGE_SIZE, ret_start)) {
        uint64_t boundary = align_down(*ret_start, LARGE_PAGE) + LARGE_PAGE;

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
        if (size > LARGE_PAGE || !find_in_large_page(&planner->available, windows[i], size, &start))
            continue;
        planner->plan->boot_info = (struct range){start, start + size};
        if (!claim_range(planner, planner->plan->boot_info))
            return false;
        take(planner, planner->plan->boot_info);
        return true;
    }
    return error_set(planner->error, ERROR_NO_ROOM_FOR_BOOT_INFO, size);
}

/* Behind the kernel below 1 GiB, before it, anywhere; in free memory, then where staging helps. */
static bool find_module_place(const struct planner *planner, uint64_t size, uint64_t *ret_start)
{
    struct range span = planner->plan->span;
    uint64_t behind = max_u64(span.end, MIB);
    const struct range windows[] = {
        {behind, BOOT_INFO_LIMIT},
        {MIB, min_u64(span.start, BOOT_INFO_LIMIT)},
        {behind, ADDRESS_LIMIT},
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
    if (!claim_range(planner, all) || !load_range(planner, module->range, 0, &module->reads) ||
        !zero_range(planner, (struct range){module->range.end, all.end}))
        return false;
    take(planner, all);
    return true;
}

static bool place_modules(struct planner *planner)
{
    struct load_plan *plan = planner->plan;

    plan->module_count = planner->request->module_count;
    plan->modules = arena_alloc(planner->arena, plan->module_count, sizeof(*plan->modules));
    if (!plan->modules)
        return out_of_memory(planner);
    for (size_t i = 0; i < plan->module_count; i++) {
        if (!place_module(planner, i))
            return false;
    }
    return true;
}

/*
 * A place for what is the loader's, out of the modules' way: these go to the lowest free memory. In
 * the lowest places the loader's own does not lie between free memory and what is lent, which
 * firmware mostly gives from the top.
 */
static bool find_aside(const struct planner *planner, const struct free_list *list, uint64_t size,
                       uint64_t *ret_start)
{
    const struct range everywhere = {0, ADDRESS_LIMIT};

    return planner->strategy == STRATEGY_USE_RECLAIMABLE_LOW
               ? free_list_lowest(list, everywhere, size, PAGE_SIZE, ret_start)
               : free_list_highest(list, size, PAGE_SIZE, ret_start);
}

/* The hand-over's page, lists and page tables, for so many copies and ranges to clear. */
static bool place_trampoline_for(struct planner *planner, uint64_t copies, uint64_t zeros)
{
    struct load_plan *plan = planner->plan;
    uint64_t data = trampoline_data_size(copies, zeros);
    uint64_t start;

    if (!find_aside(planner, &planner->claimable, PAGE_SIZE + data, &start))
        return error_set(planner->error, ERROR_NO_ROOM_FOR_TRAMPOLINE, PAGE_SIZE + data);
    plan->trampoline_code = (struct range){start, start + PAGE_SIZE};
    plan->trampoline_data = (struct range){start + PAGE_SIZE, start + PAGE_SIZE + data};
    take_free(planner, (struct range){start, plan->trampoline_data.end});
    return push(planner, &plan->claims, plan->trampoline_code, true) &&
           push(planner, &plan->claims, plan->trampoline_data, false);
}

/*
 * How many copies there will be is known only after staging; each split of one uses up a free
 * range, which bounds them.
 */
static bool place_trampoline(struct planner *planner)
{
    return place_trampoline_for(planner, planner->pending_count + planner->available.count,
                                planner->plan->zero_after_exit.count);
}

/*
 * The same before the modules are placed. Each range that is lent, each module that cuts one and
 * the kernel's span among what is lent can make one free range more. What of a module is staged
 * lies between free ranges, or before or behind them.
 */
static bool place_trampoline_early(struct planner *planner)
{
    const struct plan_request *request = planner->request;
    uint64_t modules = request->module_count;
    uint64_t ranges = planner->available.count + request->reclaimable_count + modules + 1;

    return place_trampoline_for(planner, planner->pending_count + 2 * ranges + modules,
                                planner->plan->zero_after_exit.count + modules);
}

/* Free pages for `size` bytes, or the largest range there is if none is large enough. */
static struct range find_staging(const struct planner *planner, uint64_t size)
{
    uint64_t pages = align_up(size, PAGE_SIZE);
    uint64_t start;

    if (find_aside(planner, &planner->available, pages, &start))
        return (struct range){start, start + pages};
    return free_list_largest(&planner->available);
}

/* What the modules are still to have, and what is still to be borrowed for them. */
static void count_later(const struct planner *planner, uint64_t *ret_modules,
                        uint64_t *ret_reclaimable)
{
    const struct plan_request *request = planner->request;

    *ret_modules = *ret_reclaimable = 0;
    if (planner->plan->modules)
        return;
    for (size_t i = 0; i < request->module_count; i++)
        *ret_modules += min_u64(request->module_sizes[i], ADDRESS_LIMIT);
    for (size_t i = 0; i < request->reclaimable_count; i++)
        *ret_reclaimable += range_size(request->reclaimable[i]);
}

/* How much the boot takes and how much there is: all that is free has been taken. */
static bool refuse_staging(struct planner *planner)
{
    uint64_t missing = 0;
    uint64_t modules, reclaimable;

    for (size_t i = 0; i < planner->pending_count; i++)
        missing += planner->pending[i].size;
    count_later(planner, &modules, &reclaimable);
    return error_set(planner->error, ERROR_NO_ROOM_FOR_STAGING,
                     planner->free + missing + max_u64(modules, reclaimable),
                     planner->free + reclaimable);
}

/* Stages as much of the pending bytes as one free range holds, and takes it off them. */
static bool stage_some(struct planner *planner, struct pending_bytes *bytes)
{
    /* The same place in the page at both ends, so that copies run aligned. */
    uint64_t skew = bytes->destination % PAGE_SIZE;
    struct range staging = find_staging(planner, skew + bytes->size);
    struct plan_copy copy = {bytes->destination, staging.start + skew, bytes->size};

    if (range_size(staging) == 0)
        return refuse_staging(planner);
    copy.size = min_u64(copy.size, range_size(staging) - skew);
    planner->plan->staged += copy.size;
    if (!claim_range(planner, staging) ||
        !push(planner, bytes->reads, bytes->offset, copy.source, copy.size) ||
        !push(planner, &planner->plan->copies, copy.destination, copy.source, copy.size))
        return false;
    take_free(planner, staging);
    bytes->destination += copy.size;
    bytes->offset += copy.size;
    bytes->size -= copy.size;
    return true;
}

static bool place_staging(struct planner *planner)
{
    for (size_t i = 0; i < planner->pending_count; i++) {
        while (planner->pending[i].size > 0) {
            if (!stage_some(planner, &planner->pending[i]))
                return false;
        }
    }
    return true;
}

uint32_t plan_entry_point(const struct load_plan *plan, const struct elf_image *image)
{
    return (uint32_t)(image->entry_point - plan->link_base + plan->span.start);
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

/* Forwards only, in as few reads as possible. */
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

static bool place_rest(struct planner *planner)
{
    return place_boot_info(planner) && place_modules(planner) && place_trampoline(planner) &&
           place_staging(planner);
}

/* What is lent can be read into, but for what lies in the kernel's span. */
static bool borrow(struct planner *planner)
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
    planner->free += free_list_size(&planner->available) - before;
    /* Modules that are staged themselves must not go over what has been claimed for others. */
    if (!free_list_reserve_more(&planner->usable, planner->arena,
                                claims->count + request->module_count))
        return out_of_memory(planner);
    for (size_t i = 0; i < claims->count; i++)
        free_list_take(&planner->usable, claims->items[i].range);
    return true;
}

/* The modules come last: all else has to be somewhere else while the kernel is read. */
static bool place_rest_in_reclaimable(struct planner *planner)
{
    return place_boot_info(planner) && place_trampoline_early(planner) && place_staging(planner) &&
           borrow(planner) && place_modules(planner) && place_staging(planner);
}

static bool try_plan(struct planner planner, enum strategy strategy)
{
    *planner.plan = (struct load_plan){0};
    *planner.error = (struct error){0};
    planner.strategy = strategy;
    if (!list_memory(&planner) || !place_kernel(&planner))
        return false;
    return strategy == STRATEGY_KEEP_RECLAIMABLE ? place_rest(&planner)
                                                 : place_rest_in_reclaimable(&planner);
}

/* Nothing is borrowed where there is a plan without. */
static bool find_plan(const struct planner *planner)
{
    const struct error *error = planner->error;
    enum strategy strategies =
        planner->request->reclaimable_count > 0 ? STRATEGIES : STRATEGY_USE_RECLAIMABLE;

    for (enum strategy strategy = STRATEGY_KEEP_RECLAIMABLE; strategy < strategies; strategy++) {
        if (try_plan(*planner, strategy))
            return true;
        if (error->code < ERROR_NO_ROOM_FOR_MODULE || error->code > ERROR_NO_ROOM_FOR_STAGING)
            break;
    }
    return false;
}

bool plan_make(const struct plan_request *request, const struct memory_map *map,
               struct arena *arena, struct load_plan *ret_plan, struct error *ret_error)
{
    const struct planner planner = {request, map, arena, ret_error, ret_plan, .pending = NULL};

    if (!find_plan(&planner))
        return false;
    order_reads(&ret_plan->reads);
    for (size_t i = 0; i < ret_plan->module_count; i++)
        order_reads(&ret_plan->modules[i].reads);
    return true;
}

static bool check_range(const struct memory_map *map, struct range range, bool allow_nvs,
                        struct error *error)
{
    struct memory_range blocker;

    if (!find_blocker(map, range_to_pages(range), allow_nvs, &blocker))
        return true;
    return error_set(error, ERROR_MAP_CHANGED, blocker.range.start, blocker.range.end,
                     blocker.class);
}

bool plan_check(const struct load_plan *plan, const struct memory_map *map, struct error *ret_error)
{
    if (!check_range(map, plan->boot_info, false, ret_error))
        return false;
    for (size_t i = 0; i < plan->ram_part_count; i++) {
        if (!check_range(map, plan->ram_parts[i], plan->overwrites_nvs, ret_error))
            return false;
    }
    for (size_t i = 0; i < plan->module_count; i++) {
        if (!check_range(map, plan->modules[i].range, false, ret_error))
            return false;
    }
    return true;
}

static int compare_ranges(const void *a, const void *b)
{
    const struct range *left = a;
    const struct range *right = b;

    return COMPARE(left->start, right->start);
}

bool plan_needed_ranges(const struct load_plan *plan, struct arena *arena,
                        struct plan_ranges *ret_ranges)
{
    size_t count = plan->module_count + 2;

    *ret_ranges = (struct plan_ranges){.count = count, .capacity = count};
    ret_ranges->items = arena_alloc(arena, count, sizeof(*ret_ranges->items));
    if (!ret_ranges->items)
        return false;
    ret_ranges->items[0] = plan->span;
    ret_ranges->items[1] = plan->boot_info;
    for (size_t i = 0; i < plan->module_count; i++)
        ret_ranges->items[2 + i] = plan->modules[i].range;
    sort(ret_ranges->items, count, sizeof(*ret_ranges->items), compare_ranges);
    return true;
}
