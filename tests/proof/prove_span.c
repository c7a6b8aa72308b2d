/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a kernel's span goes: over nothing that has to stay, or to where its note allows; and which
 * of it must be RAM.
 * Bounds: SEGMENTS segments, one blocker, RANGES ranges in each list.
 *
 * with: pvh/planner.c pvh/free_list.c tests/proof/proof_memory.c common/base/error.c
 * cbmc: -DRANGES=1 -DSPLITS=0 -DSEGMENTS=2 --unwind 8 --unwindset memcpy.0:6,memcpy.1:1
 * full: -DRANGES=2 -DSPLITS=0 -DSEGMENTS=3 --unwind 8 --unwindset memcpy.0:6,memcpy.1:1
 */
#include "pvh/plan_span.c"
#include "tests/proof/planner.h"

static struct elf_segment segments[SEGMENTS];
static struct elf_image image;
static struct plan_request request;

const struct range isa_hole = {ISA_HOLE_START, ISA_HOLE_END};

/* What the kernel cannot use; or only with --overwrite-acpi-nvs. */
static uint64_t blocked;
static bool is_nvs;

bool memory_map_find_blocker(const struct memory_map *map, struct range range, bool allow_nvs,
                             struct memory_range *ret_blocker)
{
    (void)map;
    if (!range_contains(range, blocked) || (is_nvs && allow_nvs))
        return false;
    *ret_blocker = (struct memory_range){{blocked, blocked + 1}, is_nvs ? MEMORY_NVS : MEMORY_NONE};
    return true;
}

/* Segments as elf.c leaves them: in order, apart, below 4 GiB. */
static void any_kernel(void)
{
    any_planner();
    image = (struct elf_image){.segments = segments, .segment_count = nondet_size()};
    ASSUME(image.segment_count > 0 && image.segment_count <= SEGMENTS);
    for (size_t i = 0; i < image.segment_count; i++) {
        segments[i] = (struct elf_segment){.paddr = nondet_u32(), .memsz = nondet_u32()};
        ASSUME(segments[i].memsz > 0 && segments[i].paddr + segments[i].memsz <= ADDRESS_LIMIT);
        ASSUME(i == 0 || segments[i - 1].paddr + segments[i - 1].memsz <= segments[i].paddr);
        image.span.end = segments[i].paddr + segments[i].memsz;
    }
    image.span.start = segments[0].paddr;
    image.notes.relocation = (struct pvh_relocation){
        .present = nondet_bool(),
        .valid = nondet_bool(),
        .alignment = UINT64_C(1) << nondet_u8() % 32,
        .min = nondet_u32(),
        .max = nondet_u32(),
    };
    request = (struct plan_request){.image = &image, .overwrite_nvs = nondet_bool()};
    planner.request = &request;
    blocked = nondet_u64();
    is_nvs = nondet_bool();
}

static struct range segment_pages(size_t i)
{
    uint64_t start = segments[i].paddr;

    return range_to_pages((struct range){start, start + segments[i].memsz});
}

static size_t parts_with(uint64_t address)
{
    size_t parts = 0;

    for (size_t i = 0; i < plan.ram_parts.count; i++)
        parts += range_contains(plan.ram_parts.items[i], address);
    return parts;
}

/* True in a segment's pages, and in a small gap between two, but for the ISA hole. */
static bool must_be_ram(uint64_t address)
{
    for (size_t i = 0; i < image.segment_count; i++) {
        struct range pages = segment_pages(i), gap = {pages.end, pages.end};

        if (range_contains(pages, address))
            return true;
        if (i + 1 < image.segment_count)
            gap.end = segment_pages(i + 1).start;
        if (range_contains(gap, address) && gap.end - gap.start <= NEAR_GAP)
            return gap.start > ISA_HOLE_START || gap.end < ISA_HOLE_END ||
                   address < ISA_HOLE_START || address >= ISA_HOLE_END;
    }
    return false;
}

static void prove_ram_parts(uint64_t address)
{
    any_kernel();
    if (!list_ram_parts(&planner)) {
        PROVE(error.code == ERROR_OUT_OF_MEMORY, "only a lack of memory ends it");
        return;
    }
    PROVE(parts_with(address) == must_be_ram(address), "what must be RAM is listed once");
}

static void prove_relocation(void)
{
    const struct pvh_relocation *note = &image.notes.relocation;
    struct range place;

    any_kernel();
    if (!find_relocation_in(&planner.usable, &image, &place.start))
        return;
    place.end = place.start + range_size(image.span);
    PROVE(place.start % note->alignment == 0 && place.start % PAGE_SIZE == 0, "it is aligned");
    PROVE(place.start >= note->min && place.end - 1 <= note->max, "the note allows it");
    PROVE(place.start >= MIB && place.end <= ADDRESS_LIMIT, "it is above 1 MiB and below 4 GiB");
    PROVE(is_all_listed(&planner.usable, range_to_pages(place)), "all of its pages are free");
}

static void prove_place(uint64_t address)
{
    any_kernel();
    if (!plan_place_span(&planner)) {
        PROVE(error.code == ERROR_OUT_OF_MEMORY || must_be_ram(blocked),
              "only what is in the way ends it");
        PROVE(error.code == ERROR_OUT_OF_MEMORY || error.number[2] == blocked,
              "what is in the way is said");
        return;
    }
    PROVE(range_size(plan.span) == range_size(image.span), "the kernel has room");
    PROVE(!plan.overwrites_nvs || (request.overwrite_nvs && is_nvs),
          "NVS is left alone unless asked");
    if (plan.relocated) {
        PROVE(image.notes.relocation.present && image.notes.relocation.valid,
              "it can be relocated");
        PROVE(parts_with(address) == range_contains(range_to_pages(plan.span), address),
              "all of its new place is RAM");
    } else {
        PROVE(plan.span.start == image.span.start, "it is as linked");
        PROVE(!must_be_ram(blocked) || plan.overwrites_nvs, "nothing is in its way");
    }
}
