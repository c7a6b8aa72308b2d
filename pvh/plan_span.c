/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/plan_span.h"

#include "common/base/overflow.h"
#include "common/base/range.h"
#include "common/base/units.h"
#include "pvh/limits.h"

/*
 * Lists the parts of the span that must be RAM, and returns their number. Gaps between segments are
 * included, since kernels use them. The exception is the ISA hole: a kernel with segments below and
 * above it, but none in it, knows that it is not RAM.
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

/* Finds the first part of the span as linked that the kernel cannot use; false if there is none. */
static bool find_span_blocker(const struct memory_map *map, const struct elf_image *image,
                              bool allow_nvs, struct memory_range *ret_blocker)
{
    struct range parts[2];
    size_t count = list_ram_parts(image->span, image->segments, image->segment_count, parts);

    for (size_t i = 0; i < count; i++) {
        if (memory_map_find_blocker(map, parts[i], allow_nvs, ret_blocker))
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
    bool only_nvs = !find_span_blocker(planner->map, image, true, &other);

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

bool plan_place_span(struct planner *planner)
{
    const struct elf_image *image = planner->request->image;
    struct load_plan *plan = planner->plan;
    uint64_t start;

    if (!choose_start(planner, &start))
        return false;
    plan->link_base = image->span.start;
    plan->span = (struct range){start, start + range_size(image->span)};
    plan->ram_part_count = 1;
    plan->ram_parts[0] = range_to_pages(plan->span);
    if (!plan->relocated)
        plan->ram_part_count =
            list_ram_parts(image->span, image->segments, image->segment_count, plan->ram_parts);
    return true;
}
