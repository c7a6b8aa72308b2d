/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/plan_checks.h"

#include "common/base/overflow.h"
#include "common/base/range.h"
#include "common/base/units.h"
#include "pvh/e820.h"
#include "pvh/plan.h"
#include "pvh/plan_check.h"
#include "pvh/trampoline_layout.h"

#include <stdlib.h>
#include <string.h>

#define MAX_SEGMENTS      8
#define MAX_MODULES       6
#define MAX_UNALLOCATABLE 4
#define MAX_RECLAIMABLE   4

static const struct map_overlays no_overlays;

static struct arena arena;
static struct map_builder builder;
static struct memory_map map;
static struct elf_segment segments[MAX_SEGMENTS];
static struct elf_image image;
static uint64_t module_sizes[MAX_MODULES];
static struct range module_places[MAX_MODULES];
static struct range unallocatable[MAX_UNALLOCATABLE];
static struct range reclaimable[MAX_RECLAIMABLE];
static struct plan_request request;
static struct load_plan plan;
static struct plan_ranges needed;
static struct error error;

static int start(void **state)
{
    (void)state;
    current_seed = 0;
    arena_begin_test(&arena);
    map_start(&builder, 48);
    image = (struct elf_image){.bits = 64, .segments = segments};
    plan = (struct load_plan){.module_count = 0};
    needed = (struct plan_ranges){.count = 0};
    request = (struct plan_request){.image = &image,
                                    .module_sizes = module_sizes,
                                    .boot_info_size = 0x1800,
                                    .unallocatable = unallocatable,
                                    .reclaimable = reclaimable};
    return 0;
}

static int stop(void **state)
{
    (void)state;
    map_free(&builder);
    return arena_end_test(&arena);
}

static void restart(void)
{
    stop(NULL);
    start(NULL);
}

/* Adds segments in order of address. Their bytes are contiguous in the file, from 0x1000. */
static void add_segment(uint64_t paddr, uint64_t filesz, uint64_t memsz)
{
    struct elf_segment *segment = &segments[image.segment_count];
    uint64_t offset = 0x1000;

    if (image.segment_count > 0)
        offset = segment[-1].offset + segment[-1].filesz;
    *segment =
        (struct elf_segment){.paddr = paddr, .memsz = memsz, .offset = offset, .filesz = filesz};
    if (image.segment_count++ == 0) {
        image.span.start = paddr;
        image.entry_point = (uint32_t)paddr + 0x50;
    }
    image.span.end = paddr + memsz;
}

static void allow_relocation(uint32_t alignment, uint32_t min, uint32_t max)
{
    image.notes.relocation = (struct pvh_relocation){true, true, alignment, min, max};
}

static void add_module(uint64_t size)
{
    module_sizes[request.module_count++] = size;
}

/* Adds a module that lies in the loader's image. */
static void add_module_in_place(uint64_t range_start, uint64_t range_end)
{
    request.module_places = module_places;
    module_places[request.module_count] = (struct range){range_start, range_end};
    add_module(range_end - range_start);
}

static void mark_unallocatable(uint64_t range_start, uint64_t range_end)
{
    unallocatable[request.unallocatable_count++] = (struct range){range_start, range_end};
}

/* Adds reclaimable memory, which is the loader's in the map. */
static void add_reclaimable(uint64_t range_start, uint64_t range_end)
{
    map_add_range(&builder, EFI_LOADER_DATA, range_start, range_end);
    reclaimable[request.reclaimable_count++] = (struct range){range_start, range_end};
}

static bool make(void)
{
    build_map(&map, &arena, &builder.map, &no_overlays);
    return plan_make(&request, &map, &arena, &plan, &error);
}

static struct memory_map final;

/* The map that the kernel gets allows the plan. */
static bool is_allowed(void)
{
    const struct map_overlays overlays = {.own_tables = plan.acpi_overlay};

    build_map(&final, &arena, &builder.map, &overlays);
    return plan_check(&plan, &final, &error);
}

static void make_good(void)
{
    struct random random = {1};

    if (!make())
        fail_msg("error %d", (int)error.code);
    check_plan(&request, &map, &plan, &random);
    assert_true(is_allowed());
}

/* 128 MiB, all free except the hole below 1 MiB. */
static void add_plain_memory(void)
{
    map_add_range(&builder, EFI_CONVENTIONAL, 0, 0xa0000);
    map_add_range(&builder, EFI_CONVENTIONAL, MIB, 128 * MIB);
}

static void everything_is_free(void **state)
{
    (void)state;
    add_plain_memory();
    add_segment(16 * MIB, 0x2345, 0x2345);
    add_segment(16 * MIB + 0x2345, 0x100, 0x5000);
    add_module(5 * MIB + 1);
    add_module(1);
    make_good();
    assert_int_equal(plan.copies.count, 0);
    assert_int_equal(plan.staged, 0);
    assert_int_equal(plan.zero_after_exit.count, 0);
    assert_false(plan.relocated || plan.overwrites_nvs);
    assert_int_equal(plan.reads.count, 1); /* the two segments in one read */
    assert_int_equal(plan.reads.items[0].size, 0x2445);
    assert_int_equal(plan.boot_info.start, 0x10000);
    assert_int_equal(plan.boot_info.end, 0x12000);
    assert_int_equal(plan.modules[0].range.start, 16 * MIB + 0x8000 + 64 * KIB);
    assert_int_equal(plan.modules[1].range.start,
                     plan.modules[0].range.start + 5 * MIB + PAGE_SIZE);
    assert_int_equal(plan.trampoline_data.end, 128 * MIB); /* out of the kernel's way */
}

static void the_acpi_overlay_is_at_the_top(void **state)
{
    (void)state;
    add_plain_memory();
    add_segment(16 * MIB, 0x2345, 0x2345);
    add_module(5 * MIB + 1);
    request.overlay_size = 2 * PAGE_SIZE + 1;
    build_map(&map, &arena, &builder.map, &no_overlays);
    assert_true(plan_make(&request, &map, &arena, &plan, &error));
    check_plan(&request, &map, &plan, &(struct random){1});
    assert_int_equal(plan.acpi_overlay.start, 128 * MIB - 3 * PAGE_SIZE);
    assert_int_equal(plan.acpi_overlay.end, 128 * MIB);
    assert_int_equal(plan.trampoline_data.end, plan.acpi_overlay.start);

    assert_true(is_allowed());
}

/* The map must not give it to the kernel as RAM, nor have something else there, or nothing. */
static void an_acpi_overlay_in_a_map_that_changed(void **state)
{
    struct range overlay;

    (void)state;
    add_plain_memory();
    add_segment(16 * MIB, 0x2345, 0x2345);
    request.overlay_size = 3 * PAGE_SIZE;
    assert_true(make());
    assert_false(plan_check(&plan, &map, &error));
    assert_error(&error, ERROR_MAP_CHANGED, MIB, 128 * MIB, MEMORY_CONVENTIONAL);
    assert_true(is_allowed());

    overlay = plan.acpi_overlay;
    map_add_range(&builder, EFI_RESERVED, overlay.start + PAGE_SIZE, 129 * MIB);
    assert_false(is_allowed());
    assert_error(&error, ERROR_MAP_CHANGED, overlay.start + PAGE_SIZE, 129 * MIB, MEMORY_RESERVED);

    builder.map.size = 0;
    map_add_range(&builder, EFI_CONVENTIONAL, 0, overlay.start + PAGE_SIZE);
    assert_false(is_allowed());
    assert_error(&error, ERROR_MAP_CHANGED, overlay.start + PAGE_SIZE, overlay.end, MEMORY_NONE);
    map_add_range(&builder, EFI_RESERVED, 129 * MIB, 130 * MIB);
    assert_false(is_allowed());
    assert_error(&error, ERROR_MAP_CHANGED, overlay.start + PAGE_SIZE, overlay.end, MEMORY_NONE);
    map_add_range(&builder, EFI_RESERVED, overlay.end - PAGE_SIZE, 130 * MIB);
    assert_false(is_allowed());
    assert_error(&error, ERROR_MAP_CHANGED, overlay.start + PAGE_SIZE, overlay.end - PAGE_SIZE,
                 MEMORY_NONE);
}

/* An overlay that memory has no room for is left out, whatever it is that needs the room. */
static void no_room_for_the_acpi_overlay(void **state)
{
    (void)state;
    for (uint64_t pages = 0; pages < 40; pages++) {
        restart();
        map_add_range(&builder, EFI_CONVENTIONAL, 0x10000, 0x12000);
        map_add_range(&builder, EFI_CONVENTIONAL, MIB, 4 * MIB + pages * PAGE_SIZE);
        add_segment(2 * MIB, 0x1000, MIB);
        add_module(MIB - 128 * KIB);
        request.overlay_size = 0;
        if (!make())
            continue;
        request.overlay_size = 16 * PAGE_SIZE;
        make_good();
        request.overlay_size = UINT64_MAX;
        make_good();
        assert_int_equal(range_size(plan.acpi_overlay), 0);
        assert_true(plan.overlay_left_out);
    }
}

/* Kernels overwrite parts of low memory, and need some of it as RAM. */
static void the_acpi_overlay_is_never_in_low_memory(void **state)
{
    (void)state;
    map_add_range(&builder, EFI_CONVENTIONAL, 0, 0xa0000);
    map_add_range(&builder, EFI_CONVENTIONAL, MIB, 2 * MIB);
    add_segment(MIB, MIB - 64 * KIB, MIB - 64 * KIB);
    request.overlay_size = 16 * PAGE_SIZE;
    make_good();
    assert_int_equal(range_size(plan.acpi_overlay), 0);
    assert_true(plan.overlay_left_out);

    map_add_range(&builder, EFI_CONVENTIONAL, 2 * MIB, 2 * MIB + 16 * PAGE_SIZE);
    make_good();
    assert_int_equal(plan.acpi_overlay.start, 2 * MIB);
    assert_false(plan.overlay_left_out);
}

/* Not even where the loader's own memory is placed from the bottom up. */
static void the_acpi_overlay_is_above_low_memory(void **state)
{
    uint64_t rest = 6 * MIB - 64 * KIB; /* for the module, with the overlay below it */

    (void)state;
    for (int more = 0; more < 2; more++) {
        restart();
        map_add_range(&builder, EFI_CONVENTIONAL, 0, 0xa0000);
        map_add_range(&builder, EFI_CONVENTIONAL, MIB, 4 * MIB);
        add_segment(MIB, MIB - 64 * KIB, MIB - 64 * KIB);
        add_reclaimable(4 * MIB, 8 * MIB);
        add_module(rest + (uint64_t)more);
        request.overlay_size = 16 * PAGE_SIZE;
        make_good();
        assert_int_equal(plan.acpi_overlay.start, more ? 0 : 2 * MIB);
        assert_int_equal(plan.overlay_left_out, more);
    }
}

/* As in OVMF: boot services from 9 to 21 MiB. */
static void boot_services_in_the_span_are_staged_around(void **state)
{
    (void)state;
    map_add_range(&builder, EFI_CONVENTIONAL, 0, 0xa0000);
    map_add_range(&builder, EFI_CONVENTIONAL, MIB, 9 * MIB);
    map_add_range(&builder, EFI_BOOT_DATA, 9 * MIB, 21 * MIB);
    map_add_range(&builder, EFI_CONVENTIONAL, 21 * MIB, 128 * MIB);
    add_segment(16 * MIB, 10 * MIB, 10 * MIB);
    add_segment(26 * MIB, MIB, 32 * MIB);
    add_module(MIB);
    make_good();
    assert_int_equal(plan.staged, 5 * MIB);
    assert_int_equal(plan.copies.count, 1);
    assert_int_equal(plan.reads.count, 2);
    assert_int_equal(plan.reads.items[1].address, 21 * MIB);
    assert_int_equal(plan.zero_before_exit.count, 1);
    assert_int_equal(plan.zero_after_exit.count, 0);
}

static void bss_in_boot_services_is_zeroed_later(void **state)
{
    (void)state;
    add_plain_memory();
    map_add_range(&builder, EFI_LOADER_CODE, 17 * MIB, 18 * MIB);
    add_segment(16 * MIB, 0x1000, 4 * MIB);
    make_good();
    assert_int_equal(plan.staged, 0);
    assert_int_equal(plan.zero_before_exit.count, 2);
    assert_int_equal(plan.zero_after_exit.count, 1);
    assert_int_equal(plan.zero_after_exit.items[0].start, 17 * MIB);
    assert_int_equal(plan.zero_after_exit.items[0].end, 18 * MIB);
}

static void staging_in_many_pieces(void **state)
{
    (void)state;
    map_add_range(&builder, EFI_CONVENTIONAL, 0x10000, 0x20000);
    map_add_range(&builder, EFI_BOOT_DATA, MIB, 8 * MIB);
    for (uint64_t at = 8 * MIB; at < 24 * MIB; at += 2 * MIB)
        map_add_range(&builder, EFI_CONVENTIONAL, at, at + MIB);
    add_segment(2 * MIB + 0x123, 5 * MIB, 5 * MIB);
    make_good();
    assert_int_equal(plan.staged, 5 * MIB);
    assert_true(plan.copies.count >= 5);
}

/* Free memory in single pages: the trampoline's list of copies outgrows a page. */
static void staging_in_hundreds_of_pages(void **state)
{
    (void)state;
    map_add_range(&builder, EFI_CONVENTIONAL, 0x10000, 0x20000);
    map_add_range(&builder, EFI_BOOT_DATA, MIB, 8 * MIB);
    for (uint64_t at = 8 * MIB; at < 12 * MIB; at += 2 * PAGE_SIZE)
        map_add_range(&builder, EFI_CONVENTIONAL, at, at + PAGE_SIZE);
    map_add_range(&builder, EFI_CONVENTIONAL, 12 * MIB, 12 * MIB + 12 * PAGE_SIZE);
    add_segment(2 * MIB, 480 * PAGE_SIZE, 480 * PAGE_SIZE);
    make_good();
    assert_in_range(plan.copies.count, 400, 480);
    assert_int_equal(range_size(plan.trampoline_data), 9 * PAGE_SIZE);
}

/* Parts in memory that cannot be allocated are staged, as in the firmware's own memory. */
static void unallocatable_memory(void **state)
{
    (void)state;
    add_plain_memory();
    mark_unallocatable(0x10000, 0x10001);
    mark_unallocatable(17 * MIB + 1, 18 * MIB);
    mark_unallocatable(127 * MIB, 128 * MIB);
    mark_unallocatable(5 * MIB, 5 * MIB);
    add_segment(16 * MIB, 4 * MIB, 4 * MIB);
    make_good();
    assert_int_equal(plan.staged, MIB);
    assert_int_equal(plan.boot_info.start, 0x11000);
    assert_int_equal(plan.trampoline_data.end, 127 * MIB);
}

static void a_kernel_at_address_0(void **state)
{
    (void)state;
    add_plain_memory();
    add_segment(0, 0x1e000, 0x1e000);
    make_good();
    assert_int_equal(plan.boot_info.start, 0x2e000); /* after the guard */
    /* Nothing is read to address 0 itself. */
    assert_int_equal(plan.staged, PAGE_SIZE);
    assert_int_equal(plan.copies.items[0].destination, 0);
    assert_true(plan.copies.items[0].source >= MIB);
}

/* The ISA hole may be in a gap, since kernels know of it, but not in a segment. */
static void a_kernel_around_the_isa_hole(void **state)
{
    (void)state;
    add_plain_memory();
    map_add_range(&builder, EFI_RESERVED, 0xf0000, 0x100000);
    add_segment(0x1000, 0x30, 0x30);
    add_segment(2 * MIB, 0x1000, 0x2000);
    make_good();
    assert_int_equal(plan.ram_parts.count, 2);
    assert_int_equal(plan.ram_parts.items[0].end, 0xa0000);
    assert_int_equal(plan.ram_parts.items[1].start, 0x100000);
    assert_true(plan_check(&plan, &map, &error));

    restart();
    add_plain_memory();
    map_add_range(&builder, EFI_RESERVED, 0xf0000, 0x100000);
    add_segment(0x1000, 0x30, 0x9f001);
    add_segment(2 * MIB, 0x1000, 0x2000);
    assert_false(make());
    assert_error(&error, ERROR_SPAN_TAKEN, 0x1000, 2 * MIB + 0x2000, 0xa0000, 0xf0000,
                 MEMORY_ISA_HOLE);

    /* Right up to it on both sides. */
    restart();
    add_plain_memory();
    map_add_range(&builder, EFI_RESERVED, 0xf0000, 0x100000);
    add_segment(0x1000, 0x30, 0x9f000);
    add_segment(MIB, 0x1000, 0x2000);
    make_good();
    assert_int_equal(plan.ram_parts.count, 2);
    assert_int_equal(plan.ram_parts.items[0].end, 0xa0000);
    assert_int_equal(plan.ram_parts.items[1].start, MIB);

    /* Other holes are not allowed in gaps: Linux uses its gaps as memory. */
    restart();
    add_plain_memory();
    map_add_range(&builder, EFI_RESERVED, 3 * MIB, 3 * MIB + 0x1000);
    add_segment(2 * MIB + 0x1000, 0x30, 0x30);
    add_segment(4 * MIB, 0x1000, 0x2000);
    assert_false(make());
    assert_int_equal(error.code, ERROR_SPAN_TAKEN);
    assert_int_equal(error.number[2], 3 * MIB);
}

/* Segments at 1 MiB and 16 MiB, and memory of `type` between them. */
static void add_far_kernel(uint32_t type)
{
    add_plain_memory();
    map_add_range(&builder, type, 8 * MIB, 12 * MIB);
    add_segment(MIB, 0x3000, 0x5000);
    add_segment(16 * MIB, MIB, 2 * MIB);
}

/* Memory in a large gap keeps its type, and nothing else is placed there. */
static void a_far_gap_is_nobodys(void **state)
{
    static const uint32_t types[] = {EFI_ACPI_NVS, EFI_RESERVED,     EFI_RUNTIME_DATA,
                                     EFI_MMIO,     EFI_ACPI_RECLAIM, EFI_BOOT_DATA};

    (void)state;
    for (size_t i = 0; i < 2 * ELEMENTS(types); i++) {
        restart();
        add_far_kernel(types[i / 2]);
        add_module(2 * MIB);
        request.overwrite_nvs = i % 2;
        make_good();
        assert_false(plan.overwrites_nvs); /* no segment needs any */
        assert_int_equal(plan.ram_parts.count, 2);
        assert_int_equal(plan.ram_parts.items[0].end, MIB + 0x5000);
        assert_int_equal(plan.ram_parts.items[1].start, 16 * MIB);
        assert_true(plan.modules[0].range.start >= 18 * MIB);
    }
    restart();
    add_far_kernel(EFI_UNUSABLE);
    map_add_range(&builder, EFI_ACPI_NVS, 17 * MIB, 18 * MIB); /* in a bss */
    assert_false(make());
    assert_int_equal(error.code, ERROR_SPAN_TAKEN_BY_NVS);
    assert_int_equal(error.number[2], 17 * MIB);
    request.overwrite_nvs = true;
    make_good();
    assert_true(plan.overwrites_nvs);
}

/* Linux has gaps of nearly 2 MiB. */
static void the_largest_gap_that_is_the_kernels(void **state)
{
    (void)state;
    for (unsigned more = 0; more < 2; more++) {
        restart();
        add_plain_memory();
        map_add_range(&builder, EFI_RUNTIME_CODE, 17 * MIB, 17 * MIB + PAGE_SIZE);
        add_segment(16 * MIB, 0x2345, 0x2345);
        add_segment(18 * MIB + 0x3010 + more * PAGE_SIZE, 0x1000, 0x1000);
        assert_int_equal(make(), more);
        assert_int_equal(error.code, more ? ERROR_NONE : ERROR_SPAN_TAKEN);
    }
}

static struct {
    size_t claims, copies, module_reads;
    uint64_t staged;
    struct range boot_info, trampoline, last_module;
} seen;

static void note_plan(void)
{
    struct plan_module *last = plan.module_count ? &plan.modules[plan.module_count - 1] : NULL;

    memset(&seen, 0, sizeof(seen));
    seen.claims = plan.claims.count;
    seen.copies = plan.copies.count;
    seen.module_reads = last ? last->reads.count : 0;
    seen.staged = plan.staged;
    seen.boot_info = plan.boot_info;
    seen.trampoline = plan.trampoline_data;
    seen.last_module = last ? last->range : (struct range){0, 0};
}

/* Planning again allocates nothing and gives the same result. */
static bool makes_the_same_again(void)
{
    bool made, same;
    struct error first = error;
    size_t size = sizeof(seen);
    uint8_t before[sizeof(seen)];

    note_plan();
    memcpy(before, &seen, size);
    arena_fail_after(0);
    made = plan_make(&request, &map, &arena, &plan, &error);
    arena_fail_after(NEVER);
    if (!made || first.code != ERROR_NONE)
        return !made && error.code == first.code;
    note_plan();
    same = memcmp(before, &seen, size) == 0;
    return same;
}

static void planning_again_takes_no_memory(void **state)
{
    static const struct {
        size_t modules, pieces;
    } loads[] = {{0, 0},     {1, 0},    {100, 0},   {1000, 0},
                 {10000, 0}, {1, 1000}, {1, 10000}, {1000, 1000}};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(loads); i++) {
        size_t modules = loads[i].modules, pieces = loads[i].pieces;
        uint64_t *sizes = calloc(modules + 1, sizeof(*sizes));
        struct range refused = {0, 0};

        assert_non_null(sizes);
        restart();
        for (size_t at = 0; at < modules; at++)
            sizes[at] = 1 + at % 5000;
        map_add_range(&builder, EFI_CONVENTIONAL, 0, 0xa0000);
        map_add_range(&builder, EFI_CONVENTIONAL, MIB, 256 * MIB);
        for (uint64_t at = 0; at < pieces; at++) /* 10,000 of them are 80 MiB */
            map_add_range(&builder, EFI_BOOT_DATA, 64 * MIB + at * 0x2000,
                          64 * MIB + at * 0x2000 + 0x1000);
        map_add_range(&builder, EFI_BOOT_DATA, 9 * MIB, 21 * MIB);
        add_segment(16 * MIB, 10 * MIB, 10 * MIB);
        request.module_sizes = sizes;
        request.module_count = modules;
        request.boot_info_size = 0x2000 + 32 * modules;
        if (!make())
            fail_msg("%zu modules, %zu pieces: error %d", modules, pieces, (int)error.code);
        assert_true(makes_the_same_again());
        refused = plan.claims.items[plan.claims.count / 2].range;
        request.unallocatable = &refused;
        request.unallocatable_count = 1;
        assert_true(plan_make(&request, &map, &arena, &plan, &error));
        for (size_t at = 0; at < plan.claims.count; at++)
            assert_false(range_overlaps(plan.claims.items[at].range, refused));
        assert_true(makes_the_same_again());
        free(sizes);
    }
}

/* The error names the right remedy: more memory, or overwriting NVS if that is in the way. */
static void refusals_name_what_helps(void **state)
{
    (void)state;
    map_add_range(&builder, EFI_CONVENTIONAL, 0, 0xa0000);
    map_add_range(&builder, EFI_CONVENTIONAL, MIB, 64 * MIB);
    add_segment(16 * MIB, MIB, 64 * MIB);
    assert_false(make());
    assert_error(&error, ERROR_SPAN_WITHOUT_MEMORY, 16 * MIB, 80 * MIB, 64 * MIB, 80 * MIB,
                 MEMORY_NONE);

    restart();
    map_add_range(&builder, EFI_CONVENTIONAL, 0, 0xa0000);
    map_add_range(&builder, EFI_CONVENTIONAL, MIB, 64 * MIB);
    map_add_range(&builder, EFI_RESERVED, 17 * MIB, 18 * MIB);
    add_segment(16 * MIB, MIB, 4 * MIB);
    assert_false(make());
    assert_int_equal(error.code, ERROR_SPAN_TAKEN);
}

/* Low memory first, then between 1 MiB and the kernel, then after the kernel and its guard. */
static void the_places_of_the_boot_info(void **state)
{
    (void)state;
    map_add_range(&builder, EFI_CONVENTIONAL, 0, 0x11000);       /* one page: not enough */
    map_add_range(&builder, EFI_CONVENTIONAL, 0x90000, 0xa0000); /* above the low window */
    map_add_range(&builder, EFI_CONVENTIONAL, MIB, 128 * MIB);
    add_segment(16 * MIB, 0x1000, 0x1000);
    make_good();
    assert_int_equal(plan.boot_info.start, MIB);

    restart();
    map_add_range(&builder, EFI_CONVENTIONAL, MIB, 128 * MIB);
    add_segment(MIB, 0x1000, 0x1000);
    make_good();
    assert_int_equal(plan.boot_info.start, MIB + 0x1000 + 64 * KIB);
}

static void the_boot_info_stays_in_one_large_page(void **state)
{
    (void)state;
    map_add_range(&builder, EFI_CONVENTIONAL, 3 * MIB, 32 * MIB);
    add_segment(16 * MIB, 0x1000, 0x1000);
    request.boot_info_size = MIB + 1;
    make_good();
    assert_int_equal(plan.boot_info.start, 4 * MIB);
    request.boot_info_size = 2 * MIB;
    make_good();
    assert_int_equal(plan.boot_info.start, 4 * MIB);
    request.boot_info_size = 2 * MIB + 1;
    assert_false(make());
    assert_error(&error, ERROR_NO_ROOM_FOR_BOOT_INFO, 2 * MIB + PAGE_SIZE);
}

static void no_boot_info_above_one_gigabyte(void **state)
{
    (void)state;
    map_add_range(&builder, EFI_CONVENTIONAL, GIB - PAGE_SIZE, 2 * GIB);
    add_segment(GIB + 16 * MIB, 0x1000, 0x1000);
    assert_false(make());
    assert_error(&error, ERROR_NO_ROOM_FOR_BOOT_INFO, 0x2000);
    request.boot_info_size = PAGE_SIZE;
    make_good();
    assert_int_equal(plan.boot_info.start, GIB - PAGE_SIZE);
}

static void the_places_of_modules(void **state)
{
    (void)state;
    map_add_range(&builder, EFI_CONVENTIONAL, 0x10000, 0x20000);
    map_add_range(&builder, EFI_CONVENTIONAL, MIB, 3 * GIB);
    add_segment(16 * MIB, 0x1000, 0x1000);
    add_module(1000 * MIB); /* after the kernel, below 1 GiB */
    add_module(10 * MIB);   /* does not fit there: before the kernel */
    add_module(100 * MIB);  /* fits neither: above or across 1 GiB */
    make_good();
    assert_int_equal(plan.modules[0].range.start, 16 * MIB + 0x1000 + 64 * KIB);
    assert_int_equal(plan.modules[1].range.start, MIB);
    assert_true(plan.modules[2].range.end > GIB);
}

/* Free memory is preferred to boot services', even at higher addresses. */
static void modules_prefer_free_memory(void **state)
{
    (void)state;
    map_add_range(&builder, EFI_CONVENTIONAL, 0x10000, 0x20000);
    map_add_range(&builder, EFI_CONVENTIONAL, 16 * MIB, 18 * MIB);
    map_add_range(&builder, EFI_BOOT_DATA, 18 * MIB, 64 * MIB);
    map_add_range(&builder, EFI_CONVENTIONAL, 64 * MIB, 96 * MIB);
    add_segment(16 * MIB, MIB, MIB);
    add_module(8 * MIB);
    make_good();
    assert_int_equal(plan.modules[0].range.start, 64 * MIB);
    assert_int_equal(plan.staged, 0);
    add_module(40 * MIB); /* only fits over boot services, and is partly staged */
    assert_false(make());
    assert_int_equal(error.code, ERROR_NO_ROOM_FOR_STAGING);
    module_sizes[1] = 30 * MIB;
    assert_false(make());
    module_sizes[1] = 16 * MIB;
    make_good();
    assert_int_equal(plan.modules[1].range.start, 72 * MIB);
}

/* The loader's image, with an initrd in it, lies where staging and modules would like to go. */
static void a_module_stays_where_it_lies(void **state)
{
    (void)state;
    map_add_range(&builder, EFI_CONVENTIONAL, 0, 0xa0000);
    map_add_range(&builder, EFI_CONVENTIONAL, MIB, 64 * MIB);
    map_add_range(&builder, EFI_LOADER_CODE, 40 * MIB, 50 * MIB);
    add_segment(16 * MIB, 0x1000, 0x1000);
    add_module_in_place(41 * MIB, 49 * MIB + 5);
    add_module(13 * MIB);
    make_good();
    assert_int_equal(plan.modules[0].range.start, 41 * MIB);
    assert_int_equal(plan.modules[0].range.end, 49 * MIB + 5);
    assert_int_equal(plan.modules[0].reads.count, 0);
    assert_int_equal(plan.staged, 0);
}

/* Not a whole page; in the kernel's span, or in the guard after it; below 1 MiB; above 4 GiB. */
static void a_module_that_cannot_stay(void **state)
{
    static const struct range places[] = {
        {41 * MIB + 1, 42 * MIB},           {17 * MIB, 20 * MIB},
        {20 * MIB + 0xf000, 21 * MIB},      {0x80000, 0x90000},
        {4 * GIB - PAGE_SIZE, 4 * GIB + 1},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(places); i++) {
        restart();
        map_add_range(&builder, EFI_CONVENTIONAL, 0x10000, 0x80000);
        map_add_range(&builder, EFI_CONVENTIONAL, MIB, 128 * MIB);
        map_add_range(&builder, EFI_LOADER_CODE, places[i].start / PAGE_SIZE * PAGE_SIZE,
                      (places[i].end + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE);
        add_segment(16 * MIB, 0x1000, 4 * MIB);
        add_module_in_place(places[i].start, places[i].end);
        make_good();
        assert_int_not_equal(plan.modules[0].range.start, places[i].start);
        assert_int_equal(plan.modules[0].reads.count, 1);
    }
}

static void a_module_that_fits_nowhere(void **state)
{
    const uint64_t sizes[] = {112 * MIB, 4 * GIB, UINT64_MAX, UINT64_MAX - PAGE_SIZE + 2};

    (void)state;
    add_plain_memory();
    add_segment(16 * MIB, 0x1000, 0x1000);
    add_module(MIB);
    add_module(0);
    for (size_t i = 0; i < ELEMENTS(sizes); i++) {
        module_sizes[1] = sizes[i];
        assert_false(make());
        assert_error(&error, ERROR_NO_ROOM_FOR_MODULE, 1, sizes[i], 17 * MIB + 0x1000 + 64 * KIB,
                     128 * MIB);
    }
}

static void add_nvs_machine(void)
{
    map_add_range(&builder, EFI_CONVENTIONAL, 0x10000, 0xa0000);
    map_add_range(&builder, EFI_CONVENTIONAL, MIB, 8 * MIB);
    map_add_range(&builder, EFI_ACPI_NVS, 8 * MIB, 24 * MIB);
    map_add_range(&builder, EFI_CONVENTIONAL, 24 * MIB, 128 * MIB);
}

static void acpi_nvs_in_the_span(void **state)
{
    const struct range nvs = {8 * MIB, 24 * MIB};
    struct range override;
    struct map_overlays overlays = {0};
    struct random random = {1};

    (void)state;
    add_nvs_machine();
    add_segment(16 * MIB, 10 * MIB, 20 * MIB);
    assert_false(make());
    assert_error(&error, ERROR_SPAN_TAKEN_BY_NVS, 16 * MIB, 36 * MIB, nvs.start, nvs.end,
                 MEMORY_NVS);

    request.overwrite_nvs = true;
    make_good();
    assert_true(plan.overwrites_nvs);
    assert_false(plan.relocated);
    assert_int_equal(plan.staged, 8 * MIB);
    override = plan.ram_parts.items[0]; /* in the next map */
    overlays.override = &override;
    overlays.override_count = 1;
    build_map(&map, &arena, &builder.map, &overlays);
    assert_true(plan_check(&plan, &map, &error));
    assert_true(plan_make(&request, &map, &arena, &plan, &error));
    check_plan(&request, &map, &plan, &random);

    allow_relocation(2 * MIB, 0, UINT32_MAX); /* moving is preferred to overwriting */
    make_good();
    assert_true(plan.relocated);
    assert_false(plan.overwrites_nvs);
    assert_int_equal(plan.span.start, 24 * MIB);
}

static void what_blocks_the_span_is_named(void **state)
{
    (void)state;
    add_nvs_machine();
    map_add_range(&builder, EFI_RUNTIME_DATA, 30 * MIB, 31 * MIB);
    add_segment(16 * MIB, 10 * MIB, 20 * MIB);
    request.overwrite_nvs = true; /* does not help: the error names the range in use */
    assert_false(make());
    assert_error(&error, ERROR_SPAN_TAKEN, 16 * MIB, 36 * MIB, 30 * MIB, 31 * MIB,
                 MEMORY_RUNTIME_DATA);

    restart();
    add_plain_memory();
    add_segment(120 * MIB, 10 * MIB, 20 * MIB);
    assert_false(make());
    assert_error(&error, ERROR_SPAN_TAKEN, 120 * MIB, 140 * MIB, 128 * MIB, 140 * MIB, MEMORY_NONE);

    restart();
    map_add_range(&builder, EFI_CONVENTIONAL, 0x10000, 0x20000);
    map_add_range(&builder, EFI_CONVENTIONAL, 32 * MIB, 64 * MIB);
    add_segment(16 * MIB, 10 * MIB, 20 * MIB);
    assert_false(make());
    assert_error(&error, ERROR_SPAN_TAKEN, 16 * MIB, 36 * MIB, 16 * MIB, 32 * MIB, MEMORY_NONE);
}

static void relocation_keeps_to_its_note(void **state)
{
    (void)state;
    add_nvs_machine();
    add_segment(16 * MIB + 0x80, 2 * MIB, 4 * MIB);
    allow_relocation(2 * MIB, 0, UINT32_MAX);
    make_good();
    assert_int_equal(plan.span.start, 2 * MIB); /* the lowest, above 1 MiB */
    assert_int_equal(plan.entry_point, 2 * MIB + 0x50);
    allow_relocation(2 * MIB, 40 * MIB + 1, UINT32_MAX);
    make_good();
    assert_int_equal(plan.span.start, 42 * MIB);
    allow_relocation(2 * MIB, 24 * MIB, 28 * MIB - 1);
    make_good();
    assert_int_equal(plan.span.start, 24 * MIB);
    allow_relocation(2 * MIB, 24 * MIB, 28 * MIB - 2);
    assert_false(make());
    assert_error(&error, ERROR_NO_ROOM_TO_RELOCATE_NVS, 16 * MIB + 0x80, 20 * MIB + 0x80, 8 * MIB,
                 24 * MIB, MEMORY_NVS);
    allow_relocation(1, 0, UINT32_MAX); /* the minimum alignment is a page */
    make_good();
    assert_int_equal(plan.span.start, MIB);
    image.notes.relocation.valid = false;
    assert_false(make());
    assert_int_equal(error.code, ERROR_RELOCATION_NOTE);
}

/* A hole of as many pages as the kernel has, of whatever number, is room enough. */
static void relocation_into_a_hole_that_just_fits(void **state)
{
    (void)state;
    for (uint64_t pages = 1; pages <= 8; pages++) {
        uint64_t size = pages * PAGE_SIZE;

        restart();
        map_add_range(&builder, EFI_CONVENTIONAL, 0x10000, 0xa0000);
        map_add_range(&builder, EFI_CONVENTIONAL, 2 * MIB, 2 * MIB + size - PAGE_SIZE);
        map_add_range(&builder, EFI_CONVENTIONAL, 4 * MIB, 4 * MIB + size);
        map_add_range(&builder, EFI_CONVENTIONAL, 8 * MIB, 9 * MIB);
        add_segment(16 * MIB, size - 5, size - 5);
        allow_relocation(PAGE_SIZE, 0, UINT32_MAX);
        make_good();
        assert_int_equal(plan.span.start, 4 * MIB);
    }
}

/* A kernel is not moved when its link address is only in use until exit. */
static void staging_goes_before_relocation(void **state)
{
    (void)state;
    add_plain_memory();
    map_add_range(&builder, EFI_BOOT_CODE, 16 * MIB, 17 * MIB);
    add_segment(16 * MIB, 2 * MIB, 2 * MIB);
    allow_relocation(2 * MIB, 0, UINT32_MAX);
    make_good();
    assert_false(plan.relocated);
    assert_int_equal(plan.staged, MIB);
}

static void relocation_into_boot_services(void **state)
{
    (void)state;
    map_add_range(&builder, EFI_CONVENTIONAL, 0x10000, 0xa0000);
    map_add_range(&builder, EFI_BOOT_DATA, 24 * MIB, 32 * MIB);
    map_add_range(&builder, EFI_CONVENTIONAL, 32 * MIB, 33 * MIB);
    map_add_range(&builder, EFI_RESERVED, 33 * MIB, 34 * MIB);
    map_add_range(&builder, EFI_CONVENTIONAL, 34 * MIB, 37 * MIB);
    add_segment(16 * MIB, 3 * MIB, 4 * MIB);
    allow_relocation(2 * MIB, 0, UINT32_MAX);
    make_good();
    assert_true(plan.relocated);
    assert_int_equal(plan.span.start, 24 * MIB);
    assert_int_equal(plan.staged, 3 * MIB);
}

static void no_room_for_the_rest(void **state)
{
    (void)state;
    map_add_range(&builder, EFI_CONVENTIONAL, 0x10000, 0x12000);
    map_add_range(&builder, EFI_CONVENTIONAL, 16 * MIB, 17 * MIB);
    add_segment(16 * MIB, MIB, MIB);
    assert_false(make());
    assert_error(&error, ERROR_NO_ROOM_FOR_TRAMPOLINE, 9 * PAGE_SIZE);

    restart();
    map_add_range(&builder, EFI_CONVENTIONAL, 0x10000, 0x12000);
    map_add_range(&builder, EFI_BOOT_DATA, 16 * MIB, 17 * MIB);
    map_add_range(&builder, EFI_CONVENTIONAL, 20 * MIB, 20 * MIB + 0x9000);
    add_segment(16 * MIB, MIB, MIB);
    assert_false(make());
    assert_error(&error, ERROR_NO_ROOM_FOR_STAGING, MIB + 0xb000, 0xb000);
}

/* After the kernel, 40 MiB less the guard, then 32 MiB like a decoder's dictionary. */
static void add_memory_and_a_dictionary(void)
{
    add_plain_memory();
    add_reclaimable(96 * MIB, 128 * MIB);
    map_add_range(&builder, EFI_BOOT_DATA, MIB, 21 * MIB);
    add_segment(16 * MIB, 40 * MIB, 40 * MIB);
}

static void what_is_reclaimable_is_left_alone_where_there_is_room(void **state)
{
    (void)state;
    add_memory_and_a_dictionary();
    add_module(30 * MIB);
    make_good();
    assert_true(plan.modules[0].range.end <= 96 * MIB);
    assert_int_equal(plan.staged, 5 * MIB);
}

/* The 5 MiB that are staged lie behind the kernel; the rest and what can be reclaimed are one
 * piece.
 */
static void what_is_reclaimable_is_for_modules_when_memory_is_short(void **state)
{
    (void)state;
    add_memory_and_a_dictionary();
    add_module(60 * MIB);
    add_module(6 * MIB);
    make_good();
    assert_int_equal(plan.staged, 5 * MIB);
    assert_int_equal(plan.copies.count, 1);
    assert_int_equal(plan.copies.items[0].source, 56 * MIB + 64 * KIB);
    assert_int_equal(plan.modules[0].range.start, 61 * MIB + 64 * KIB);
    request.reclaimable_count = 0;
    assert_false(make());
    assert_int_equal(error.code, ERROR_NO_ROOM_FOR_STAGING);
}

/* The kernel's span overlaps reclaimable memory, which is in use while the kernel is read. */
static void what_is_reclaimable_in_the_span_is_staged_around(void **state)
{
    (void)state;
    add_plain_memory();
    add_reclaimable(20 * MIB, 24 * MIB);
    add_reclaimable(55 * MIB, 128 * MIB);
    add_segment(16 * MIB, 8 * MIB, 40 * MIB);
    add_module(70 * MIB);
    make_good();
    assert_int_equal(plan.staged, 4 * MIB);
    assert_int_equal(plan.zero_after_exit.count, 1);
    assert_int_equal(plan.zero_after_exit.items[0].start, 55 * MIB);
    assert_int_equal(plan.modules[0].range.start, 56 * MIB + 64 * KIB);
}

/* The error's amount of memory includes the modules, which may use reclaimable memory. */
static void shortage_is_told_with_what_is_reclaimable(void **state)
{
    (void)state;
    add_memory_and_a_dictionary();
    segments[0].filesz = segments[0].memsz = 79 * MIB + 512 * KIB;
    image.span.end = 95 * MIB + 512 * KIB;
    add_module(36 * MIB);
    assert_false(make());
    assert_int_equal(error.code, ERROR_NO_ROOM_FOR_STAGING);
    /* 75 MiB above boot services, low memory, what is reclaimable; 5 MiB of the kernel and 4 of the
     * module. */
    assert_in_range(error.number[1], (75 + 32) * MIB, (75 + 32) * MIB + 640 * KIB);
    assert_in_range(error.number[0] - error.number[1], 7 * MIB, 8 * MIB);
}

/* A module that is staged in hundreds of pages, when the trampoline's lists have their place
 * already.
 */
static void lists_have_room_for_modules_that_come_last(void **state)
{
    (void)state;
    map_add_range(&builder, EFI_CONVENTIONAL, 0x10000, 0x20000);
    map_add_range(&builder, EFI_BOOT_DATA, MIB, 8 * MIB);
    for (uint64_t at = 8 * MIB; at < 8 * MIB + 560 * PAGE_SIZE; at += 2 * PAGE_SIZE)
        map_add_range(&builder, EFI_CONVENTIONAL, at, at + PAGE_SIZE);
    map_add_range(&builder, EFI_CONVENTIONAL, 12 * MIB, 12 * MIB + PAGE_SIZE);
    add_reclaimable(16 * MIB, 16 * MIB + 40 * PAGE_SIZE);
    add_segment(12 * MIB, PAGE_SIZE, PAGE_SIZE);
    add_module(320 * PAGE_SIZE);
    make_good();
    assert_in_range(plan.copies.count, 270, 290);
    assert_true(range_size(plan.trampoline_data) > PAGE_SIZE);
    request.reclaimable_count = 0;
    assert_false(make());
}

/*
 * A kernel that is staged in hundreds of pages, and a module that needs what is reclaimable: half
 * the list would be too short, though there is hardly any range to stage in.
 */
static void lists_have_room_for_a_kernel_in_pieces(void **state)
{
    (void)state;
    map_add_range(&builder, EFI_CONVENTIONAL, 0x10000, 0x20000);
    map_add_range(&builder, EFI_CONVENTIONAL, MIB, 5 * MIB);
    for (uint64_t at = 8 * MIB; at < 8 * MIB + 800 * PAGE_SIZE; at += 2 * PAGE_SIZE) {
        map_add_range(&builder, EFI_BOOT_DATA, at, at + PAGE_SIZE);
        map_add_range(&builder, EFI_CONVENTIONAL, at + PAGE_SIZE, at + 2 * PAGE_SIZE);
    }
    add_reclaimable(16 * MIB, 24 * MIB);
    add_segment(8 * MIB, 800 * PAGE_SIZE, 800 * PAGE_SIZE);
    add_module(7 * MIB);
    make_good();
    assert_in_range(plan.copies.count, 400, 410);
    assert_true(range_size(plan.trampoline_data) >= trampoline_data_size(plan.copies.count, 0));
    request.reclaimable_count = 0;
    assert_false(make());
}

static void what_is_reclaimable_above_four_gigabytes_is_not_used(void **state)
{
    (void)state;
    add_plain_memory();
    add_reclaimable(4 * GIB - MIB, 4 * GIB + 512 * MIB);
    add_segment(16 * MIB, MIB, MIB);
    add_module(200 * MIB);
    assert_false(make());
    assert_int_equal(error.code, ERROR_NO_ROOM_FOR_MODULE);
    module_sizes[0] = 110 * MIB;
    add_module(MIB);
    make_good();
    assert_true(plan.modules[1].range.end <= 4 * GIB);
}

/* The plan uses no memory above 4 GiB. */
static void memory_above_four_gigabytes_is_not_used(void **state)
{
    (void)state;
    map_add_range(&builder, EFI_CONVENTIONAL, 0x10000, 0x20000);
    map_add_range(&builder, EFI_CONVENTIONAL, 4 * GIB - 16 * MIB, 64 * GIB);
    add_segment(4 * GIB - 2 * MIB, MIB, 2 * MIB);
    add_module(13 * MIB);
    make_good();
    assert_int_equal(plan.modules[0].range.start, 4 * GIB - 16 * MIB);
    module_sizes[0] = 15 * MIB;
    assert_false(make());
    assert_int_equal(error.code, ERROR_NO_ROOM_FOR_MODULE);
}

/* After planning, the firmware allocates a range of the plan. */
static void assert_noticed(uint32_t type, struct range taken, enum memory_class class)
{
    struct memory_map changed;
    size_t size = builder.map.size;

    map_add_range(&builder, type, taken.start, taken.end);
    build_map(&changed, &arena, &builder.map, &no_overlays);
    assert_false(plan_check(&plan, &changed, &error));
    assert_error(&error, ERROR_MAP_CHANGED, taken.start, taken.end, class);
    builder.map.size = size;
}

static void a_map_that_changed(void **state)
{
    struct range page;

    (void)state;
    add_plain_memory();
    add_segment(16 * MIB, MIB, MIB);
    add_module(MIB);
    add_module(MIB + 1);
    make_good();
    assert_noticed(EFI_RUNTIME_DATA, (struct range){17 * MIB - PAGE_SIZE, 17 * MIB},
                   MEMORY_RUNTIME_DATA);
    assert_noticed(EFI_ACPI_NVS, (struct range){0x11000, 0x12000}, MEMORY_NVS);
    page.start = plan.modules[0].range.start;
    page.end = page.start + PAGE_SIZE;
    assert_noticed(EFI_UNUSABLE, page, MEMORY_UNUSABLE);
    page.start = plan.modules[1].range.end - 1; /* the last byte of the last module */
    page.end = page.start + PAGE_SIZE;
    assert_noticed(EFI_RESERVED, page, MEMORY_RESERVED);
}

static void what_is_needed(void **state)
{
    (void)state;
    add_plain_memory();
    add_segment(16 * MIB, MIB, MIB);
    add_module(100);
    add_module(MIB);
    make_good();
    assert_true(plan_needed_ranges(&plan, &arena, &needed));
    assert_int_equal(needed.count, 5);
    for (size_t i = 1; i < needed.count; i++)
        assert_true(needed.items[i - 1].end <= needed.items[i].start);
    assert_int_equal(needed.items[0].start, plan.boot_info.start);
    assert_int_equal(needed.items[1].start, plan.span.start);
    assert_int_equal(needed.items[1].end, plan.span.end);
    assert_int_equal(needed.items[2].end, plan.modules[0].range.end);
    assert_int_equal(needed.items[3].end, plan.modules[1].range.end);
    assert_int_equal(needed.items[4].start, plan.trampoline_data.start);
    assert_int_equal(needed.items[4].end, plan.trampoline_data.end);
    arena_fail_after(0);
    assert_true(plan_needed_ranges(&plan, &arena, &needed)); /* there is room */
    needed.capacity = 0;
    assert_false(plan_needed_ranges(&plan, &arena, &needed));
}

static void every_allocation_may_fail(void **state)
{
    size_t n = 0;

    (void)state;
    for (bool done = false; !done; n++) {
        restart();
        add_plain_memory();
        map_add_range(&builder, EFI_BOOT_DATA, 17 * MIB, 18 * MIB);
        add_reclaimable(64 * MIB, 128 * MIB);
        add_segment(16 * MIB, 4 * MIB, 8 * MIB);
        add_module(MIB);
        add_module(64 * MIB);
        build_map(&map, &arena, &builder.map, &no_overlays);
        arena_fail_after(n);
        done = plan_make(&request, &map, &arena, &plan, &error);
        assert_int_equal(done, !arena_has_failed());
        assert_int_equal(error.code, done ? ERROR_NONE : ERROR_OUT_OF_MEMORY);
    }
    assert_true(n > 10);
}

/* Whether a kernel could be moved to `at`. */
static bool could_be_at(uint64_t at, bool now)
{
    const struct pvh_relocation *relocation = &image.notes.relocation;
    struct range span = {at, at + range_size(image.span)};

    return at >= relocation->min && span.end - 1 <= relocation->max && span.end <= 4 * GIB &&
           (now ? is_available(&request, &map, span) : is_usable(&map, span, false));
}

/* The lowest place for the span, by trying all; 0 for none. */
static uint64_t expected_place(void)
{
    const struct pvh_relocation *relocation = &image.notes.relocation;
    uint64_t step = max_u64(relocation->alignment, PAGE_SIZE);

    if (!relocation->present || !relocation->valid)
        return 0;
    for (unsigned now = 2; now-- > 0;) {
        for (uint64_t at = align_up(MIB, step); at < 4 * GIB; at += step) {
            if (could_be_at(at, now))
                return at;
        }
    }
    return 0;
}

/* Checks that the span is at its link address if possible, else moved, else refused. */
static void check_choice(bool made)
{
    bool nvs_too = request.overwrite_nvs && is_span_usable(&map, &image, true);
    uint64_t place;

    if (is_span_usable(&map, &image, false)) {
        check(made ? plan.span.start == image.span.start && !plan.overwrites_nvs
                   : error.code >= ERROR_NO_ROOM_FOR_MODULE);
        return;
    }
    place = expected_place();
    if (made) {
        check(plan.relocated == (place != 0) && plan.overwrites_nvs == (place == 0));
        check(plan.span.start == (place ? place : image.span.start));
    } else if (place != 0 || nvs_too) {
        check(error.code >= ERROR_NO_ROOM_FOR_MODULE);
    } else {
        check(error.code >= ERROR_SPAN_TAKEN && error.code <= ERROR_NO_ROOM_TO_RELOCATE_NVS);
    }
}

static void add_random_kernel(struct random *random)
{
    static const uint64_t bases[] = {0, MIB, 2 * MIB, 16 * MIB, 16 * MIB, 32 * MIB, 100 * MIB, GIB};
    uint64_t at = bases[random_below(random, ELEMENTS(bases))];
    size_t count = 1 + random_below(random, MAX_SEGMENTS);

    if (random_chance(random, 30))
        at += random_below(random, 64 * KIB);
    for (size_t i = 0; i < count; i++) {
        uint64_t memsz =
            1 + random_below(random, random_chance(random, 50) ? 4 * MIB : 3 * PAGE_SIZE);
        uint64_t filesz = random_chance(random, 60) ? random_below(random, memsz + 1) : memsz;

        add_segment(at, filesz, memsz);
        at += memsz + (random_chance(random, 60) ? random_below(random, 2 * PAGE_SIZE) : 0);
        if (random_chance(random, 10))
            at += random_below(random, 6 * MIB);
    }
    if (random_chance(random, 50))
        allow_relocation((uint32_t)1 << (12 + random_below(random, 14)),
                         (uint32_t)random_below(random, 64 * MIB),
                         random_chance(random, 50) ? UINT32_MAX
                                                   : (uint32_t)random_below(random, GIB));
    if (image.notes.relocation.present)
        image.notes.relocation.valid =
            image.notes.relocation.min <= image.notes.relocation.max && random_chance(random, 95);
    request.overwrite_nvs = random_chance(random, 30);
}

static void add_random_machine(struct random *random)
{
    static const uint32_t types[] = {EFI_BOOT_DATA,   EFI_BOOT_CODE, EFI_LOADER_DATA,
                                     EFI_LOADER_CODE, EFI_BOOT_DATA, EFI_RUNTIME_DATA,
                                     EFI_ACPI_NVS,    EFI_ACPI_NVS};
    uint64_t top = (8 + random_below(random, 300)) * MIB;
    uint64_t buffer = random_below(random, top) / PAGE_SIZE * PAGE_SIZE;
    size_t pieces = random_below(random, 30);

    map_add_range(&builder, EFI_CONVENTIONAL, 0, 0xa0000);
    map_add_range(&builder, EFI_CONVENTIONAL, MIB, top);
    if (random_chance(random, 30))
        map_add_range(&builder, EFI_CONVENTIONAL, 4 * GIB - 8 * MIB, 6 * GIB);
    if (random_chance(random, 20))
        map_add_range(&builder, EFI_CONVENTIONAL, GIB - MIB, GIB + 64 * MIB);
    if (random_chance(random, 50)) /* unpacking buffers */
        map_add_range(&builder, EFI_LOADER_DATA, max_u64(buffer, MIB), top);
    if (random_chance(random, 30))
        map_add_range(&builder, EFI_LOADER_DATA, 4 * GIB - 4 * MIB, 4 * GIB + 64 * MIB);
    for (size_t i = 0; i < pieces; i++) {
        uint64_t at = random_below(random, (random_chance(random, 20) ? MIB : top) / PAGE_SIZE);
        uint64_t pages = 1 + random_below(random, random_chance(random, 30) ? 2000 : 20);

        map_add(&builder, types[random_below(random, random_chance(random, 70) ? 5 : 8)],
                at * PAGE_SIZE, pages, EFI_ATTRIBUTE_WB);
    }
}

static void add_random_load(struct random *random)
{
    uint64_t large = random_chance(random, 40) ? 200 * MIB : 40 * MIB;

    for (size_t count = random_below(random, MAX_MODULES); count > 0; count--)
        add_module(1 + random_below(random, random_chance(random, 70) ? 3 * PAGE_SIZE : large));
    for (size_t count = random_below(random, MAX_UNALLOCATABLE); count > 0; count--) {
        uint64_t at = random_below(random, 128 * MIB);

        mark_unallocatable(at, at + random_below(random, 2 * MIB));
    }
    request.boot_info_size = 1 + random_below(random, random_chance(random, 80) ? 0x4000 : 3 * MIB);
    if (random_chance(random, 50))
        request.overlay_size = 1 + random_below(random, random_chance(random, 80) ? 0x20000 : GIB);
}

/* Puts some of the modules into loader code, as the loader's own image is. */
static void place_random_modules(struct random *random)
{
    size_t module = 0;

    build_map(&map, &arena, &builder.map, &no_overlays);
    memset(module_places, 0, sizeof(module_places));
    request.module_places = module_places;
    for (size_t i = 0; i < map.count && module < request.module_count; i++) {
        struct range place = map.ranges[i].range;

        if (map.ranges[i].class != MEMORY_LOADER_CODE || random_chance(random, 30))
            continue;
        place.start += random_chance(random, 20) ? random_below(random, PAGE_SIZE) : 0;
        place.end -= random_below(random, PAGE_SIZE - 1);
        if (range_size(place) == 0)
            continue;
        module_places[module] = place;
        module_sizes[module++] = range_size(place);
    }
}

static size_t reclaimings; /* plans that were only possible with reclaimable memory */

/* Makes some of the loader's memory reclaimable. */
static void add_random_reclaimable(struct random *random)
{
    build_map(&map, &arena, &builder.map, &no_overlays);
    for (size_t i = 0; i < map.count && request.reclaimable_count < MAX_RECLAIMABLE; i++) {
        struct range range = map.ranges[i].range;

        if (map.ranges[i].class != MEMORY_LOADER_DATA || random_chance(random, 20))
            continue;
        if (random_chance(random, 30))
            range.start += random_below(random, range_size(range) / PAGE_SIZE) * PAGE_SIZE;
        reclaimable[request.reclaimable_count++] = range;
    }
}

/* Reclaimable memory changes nothing if there is a plan without it. */
static bool make_reclaimable(struct random *random)
{
    bool made = make();
    struct load_plan alone = plan;
    uint64_t places[MAX_MODULES] = {0};

    for (size_t i = 0; i < alone.module_count && made; i++)
        places[i] = plan.modules[i].range.start;
    add_random_reclaimable(random);
    if (make() && made) {
        check(plan.boot_info.start == alone.boot_info.start &&
              plan.trampoline_code.start == alone.trampoline_code.start &&
              plan.claims.count == alone.claims.count && plan.staged == alone.staged);
        for (size_t i = 0; i < alone.module_count; i++)
            check(plan.modules[i].range.start == places[i]);
    }
    check(!made || error.code == ERROR_NONE);
    reclaimings += !made && error.code == ERROR_NONE;
    return error.code == ERROR_NONE;
}

/* True if the table calls every byte of the range RAM. */
static bool is_all_ram(const struct e820_table *table, struct range range)
{
    for (size_t i = 0; i < table->count && range.start < range.end; i++) {
        const struct hvm_memmap_entry *entry = &table->entries[i];

        if (entry->type == HVM_MEMMAP_RAM && entry->addr <= range.start)
            range.start = max_u64(range.start, entry->addr + entry->size);
    }
    return range.start >= range.end;
}

/*
 * What a kernel learns that takes the first RAM that fits, of the map that is_allowed() has made:
 * all that it is given is RAM, to be spared, and the overlay is none. NVS is still NVS in that map.
 */
static void check_table(void)
{
    struct e820_table table = {.count = 0};

    check(e820_reserve(&table, &arena, &final, &error));
    if (!e820_build(&table, &final, needed.items, needed.count, &error)) {
        check(error.code == ERROR_MAP_TOO_LARGE || error.code == ERROR_MAP_FRAGMENTED);
        return;
    }
    for (size_t i = 0; i < needed.count && !plan.overwrites_nvs; i++)
        check(is_all_ram(&table, needed.items[i]));
    for (size_t i = 0; i < table.count; i++) {
        struct range range = {table.entries[i].addr, table.entries[i].addr + table.entries[i].size};

        check(table.entries[i].type != HVM_MEMMAP_RAM || !range_overlaps(range, plan.acpi_overlay));
    }
}

/* Makes and checks the plan. False when there is none. */
static bool try_random(struct random *random)
{
    bool made = make_reclaimable(random);

    check(makes_the_same_again());

    check_choice(made);
    if (!made) {
        check(error.code >= ERROR_SPAN_TAKEN && error.code < ERROR_CODES);
        return false;
    }
    check(error.code == ERROR_NONE);
    check_plan(&request, &map, &plan, random);
    check(is_allowed());
    check(plan_needed_ranges(&plan, &arena, &needed));
    for (size_t i = 1; i < needed.count; i++)
        check(needed.items[i - 1].end <= needed.items[i].start);
    check_table();
    return true;
}

static void random_machines(void **state)
{
    size_t made = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 4000; seed++) {
        struct random random;

        restart();
        random = random_start(seed);
        add_random_machine(&random);
        add_random_kernel(&random);
        add_random_load(&random);
        if (random_chance(&random, 30))
            place_random_modules(&random);
        made += try_random(&random);
    }
    assert_in_range(made, 1500, 3900); /* both cases occur */
    assert_in_range(reclaimings, 60, 1000);
}

static void real_machines(void **state)
{
    static struct map_file file;
    struct map_file_names names;
    size_t made = 0;

    (void)state;
    list_map_files("tests/data/maps", &names);
    for (size_t i = 0; i < names.count; i++) {
        read_map_file(names.paths[i], &file);
        for (uint64_t seed = 1; seed <= 10; seed++) {
            struct random random;

            restart();
            random = random_start(10000 + 100 * i + seed);
            map_add_file(&builder, &file);
            add_random_kernel(&random);
            add_random_load(&random);
            made += try_random(&random);
        }
    }
    assert_in_range(made, names.count * 5, names.count * 10);
    free_map_files(&names);
}

#define test(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(everything_is_free),
        test(the_acpi_overlay_is_at_the_top),
        test(an_acpi_overlay_in_a_map_that_changed),
        test(no_room_for_the_acpi_overlay),
        test(the_acpi_overlay_is_never_in_low_memory),
        test(the_acpi_overlay_is_above_low_memory),
        test(boot_services_in_the_span_are_staged_around),
        test(bss_in_boot_services_is_zeroed_later),
        test(staging_in_many_pieces),
        test(staging_in_hundreds_of_pages),
        test(unallocatable_memory),
        test(a_kernel_at_address_0),
        test(a_kernel_around_the_isa_hole),
        test(a_far_gap_is_nobodys),
        test(the_largest_gap_that_is_the_kernels),
        test(planning_again_takes_no_memory),
        test(refusals_name_what_helps),
        test(the_places_of_the_boot_info),
        test(the_boot_info_stays_in_one_large_page),
        test(no_boot_info_above_one_gigabyte),
        test(the_places_of_modules),
        test(modules_prefer_free_memory),
        test(a_module_stays_where_it_lies),
        test(a_module_that_cannot_stay),
        test(a_module_that_fits_nowhere),
        test(acpi_nvs_in_the_span),
        test(what_blocks_the_span_is_named),
        test(relocation_keeps_to_its_note),
        test(relocation_into_a_hole_that_just_fits),
        test(staging_goes_before_relocation),
        test(relocation_into_boot_services),
        test(no_room_for_the_rest),
        test(what_is_reclaimable_is_left_alone_where_there_is_room),
        test(what_is_reclaimable_is_for_modules_when_memory_is_short),
        test(what_is_reclaimable_in_the_span_is_staged_around),
        test(shortage_is_told_with_what_is_reclaimable),
        test(lists_have_room_for_modules_that_come_last),
        test(lists_have_room_for_a_kernel_in_pieces),
        test(what_is_reclaimable_above_four_gigabytes_is_not_used),
        test(memory_above_four_gigabytes_is_not_used),
        test(a_map_that_changed),
        test(what_is_needed),
        test(every_allocation_may_fail),
        test(random_machines),
        test(real_machines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
