/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/plan_span.h"

#include "common/base/overflow.h"
#include "common/base/range.h"
#include "common/base/units.h"
#include "pvh/limits.h"

/*
 * True if the ISA hole is between two segments: a kernel with segments below and above it, but none
 * in it, knows that it is not RAM.
 */
static bool is_around_isa_hole(struct range low, struct range high)
{
    return low.end <= isa_hole.start && high.start >= isa_hole.end;
}

static bool add_ram_part(struct planner *planner, struct range part)
{
    struct plan_ranges *parts = &planner->plan->ram_parts;
    struct range *last = parts->count > 0 ? &parts->items[parts->count - 1] : NULL;

    if (!last || part.start > last->end + NEAR_GAP)
        return planner_push(planner, parts, part.start, part.end);
    if (!is_around_isa_hole(*last, part)) {
        last->end = part.end;
        return true;
    }
    last->end = isa_hole.start;
    return planner_push(planner, parts, isa_hole.end, part.end);
}

/* Lists the parts of the span as linked that must be RAM: segments, and gaps up to NEAR_GAP. */
static bool list_ram_parts(struct planner *planner)
{
    const struct elf_image *image = planner->request->image;

    for (size_t i = 0; i < image->segment_count; i++) {
        uint64_t start = image->segments[i].paddr;
        struct range segment = {start, start + image->segments[i].memsz};

        if (!add_ram_part(planner, range_to_pages(segment)))
            return false;
    }
    return true;
}

/* Finds the first part of the span as linked that the kernel cannot use; false if there is none. */
static bool find_span_blocker(const struct planner *planner, bool allow_nvs,
                              struct memory_range *ret_blocker)
{
    const struct plan_ranges *parts = &planner->plan->ram_parts;

    for (size_t i = 0; i < parts->count; i++) {
        if (memory_map_find_blocker(planner->map, parts->items[i], allow_nvs, ret_blocker))
            return true;
    }
    return false;
}

/* Finds the lowest place above 1 MiB that the kernel's note allows. */
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

/* True if the span would fit somewhere if the kernel were relocatable without limits. */
static bool fits_somewhere(const struct planner *planner)
{
    uint64_t size = align_up(range_size(planner->request->image->span), PAGE_SIZE);
    struct range window = {MIB, ADDRESS_LIMIT};
    uint64_t start;

    return free_list_lowest(&planner->usable, window, size, PAGE_SIZE, &start);
}

static enum error_code choose_error(const struct planner *planner, bool only_nvs)
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
    bool only_nvs = !find_span_blocker(planner, true, &other);

    if (!only_nvs)
        blocker = other; /* report a blocker that --overwrite-acpi-nvs cannot resolve */
    return error_set(planner->error, choose_error(planner, only_nvs), image->span.start,
                     image->span.end, blocker.range.start, blocker.range.end, blocker.class);
}

/* Decides where the span goes: as linked, relocated, or as linked over ACPI NVS. */
static bool choose_start(struct planner *planner, uint64_t *ret_start)
{
    const struct elf_image *image = planner->request->image;
    struct memory_range blocker, other;

    *ret_start = image->span.start;
    if (!find_span_blocker(planner, false, &blocker))
        return true;
    if (find_relocation(planner, ret_start)) {
        planner->plan->relocated = true;
        return true;
    }
    *ret_start = image->span.start;
    if (planner->request->overwrite_nvs && !find_span_blocker(planner, true, &other)) {
        planner->plan->overwrites_nvs = true;
        return true;
    }
    return refuse_span(planner, blocker);
}

bool plan_place_span(struct planner *planner)
{
    const struct elf_image *image = planner->request->image;
    struct load_plan *plan = planner->plan;
    uint64_t start;

    if (!list_ram_parts(planner) || !choose_start(planner, &start))
        return false;
    plan->link_base = image->span.start;
    plan->span = (struct range){start, start + range_size(image->span)};
    if (!plan->relocated)
        return true;
    plan->ram_parts.count = 0; /* after relocation, all of the span is free memory */
    return add_ram_part(planner, range_to_pages(plan->span));
}
