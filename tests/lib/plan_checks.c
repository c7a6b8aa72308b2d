/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/plan_checks.h"

#include "pvh/trampoline_layout.h"
#include "tests/lib/simulation.h"

#include <stdlib.h>

#define GUARD      (64 * KIB)
#define LARGE_PAGE (2 * MIB)
#define KERNEL     0 /* module i is file 1 + i */

struct checker {
    const struct plan_request *request;
    const struct memory_map *map;
    const struct load_plan *plan;
    struct range kept; /* the pages of the span and the guard after them */
};

static struct range pages_of(struct range range)
{
    return (struct range){range.start / PAGE_SIZE * PAGE_SIZE,
                          (range.end + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE};
}

static bool is_inside(struct range inner, struct range outer)
{
    return inner.start >= outer.start && inner.end <= outer.end;
}

static bool are_pages(struct range range)
{
    return range.start < range.end && range.start % PAGE_SIZE == 0 && range.end % PAGE_SIZE == 0;
}

static bool is_free_class(enum memory_class class, bool now, bool allow_nvs)
{
    switch (class) {
    case MEMORY_CONVENTIONAL:
        return true;
    case MEMORY_BOOT_SERVICES_CODE:
    case MEMORY_BOOT_SERVICES_DATA:
    case MEMORY_LOADER_CODE:
    case MEMORY_LOADER_DATA:
        return !now;
    case MEMORY_OVERRIDDEN:
    case MEMORY_NVS:
        return allow_nvs;
    default:
        return false;
    }
}

static bool is_covered(const struct memory_map *map, struct range range, bool now, bool allow_nvs)
{
    uint64_t at = range.start;

    for (size_t i = 0; i < map->count && at < range.end; i++) {
        struct range free = map->ranges[i].range;

        if (free.end <= at)
            continue;
        if (free.start > at || !is_free_class(map->ranges[i].class, now, allow_nvs))
            return false;
        at = free.end;
    }
    return at >= range.end;
}

bool is_usable(const struct memory_map *map, struct range range, bool allow_nvs)
{
    return is_covered(map, pages_of(range), false, allow_nvs);
}

/* The pages of a segment; segments are in order. */
static struct range segment_pages(const struct elf_image *image, size_t index)
{
    const struct elf_segment *segment = &image->segments[index];

    return pages_of((struct range){segment->paddr, segment->paddr + segment->memsz});
}

/*
 * The kernel's part of the gap before a segment: if it is up to 2 MiB, all of it but the ISA hole;
 * if it is larger, nothing. Two ranges, of which one or both may be empty.
 */
static void list_gap(const struct elf_image *image, size_t index, struct range gap[2])
{
    const struct range hole = {0xa0000, 0x100000};
    struct range all = {index > 0 ? segment_pages(image, index - 1).end : 0,
                        segment_pages(image, index).start};

    gap[0] = gap[1] = (struct range){0, 0};
    if (index == 0 || all.start >= all.end || all.end - all.start > 2 * MIB)
        return;
    gap[0] = all;
    if (all.start <= hole.start && all.end >= hole.end) {
        gap[0].end = hole.start;
        gap[1] = (struct range){hole.end, all.end};
    }
}

/* A gap between segments may contain the ISA hole; a large one may contain anything. */
bool is_span_usable(const struct memory_map *map, const struct elf_image *image, bool allow_nvs)
{
    for (size_t i = 0; i < image->segment_count; i++) {
        struct range gap[2];

        list_gap(image, i, gap);
        if (!is_usable(map, segment_pages(image, i), allow_nvs) ||
            !is_covered(map, gap[0], false, allow_nvs) ||
            !is_covered(map, gap[1], false, allow_nvs))
            return false;
    }
    return true;
}

/* Bytes of the span that must be RAM. */
static uint64_t count_needed(const struct elf_image *image)
{
    uint64_t size = 0, end = 0;

    for (size_t i = 0; i < image->segment_count; i++) {
        struct range pages = segment_pages(image, i), gap[2];

        list_gap(image, i, gap);
        size += range_size(gap[0]) + range_size(gap[1]);
        size += range_size((struct range){max_u64(pages.start, end), pages.end});
        end = pages.end;
    }
    return size;
}

static bool is_in_parts(const struct plan_ranges *parts, struct range range)
{
    for (size_t i = 0; i < parts->count; i++) {
        if (range.start >= parts->items[i].start && range.end <= parts->items[i].end)
            return true;
    }
    return range.start >= range.end;
}

/* Exactly the segments and near gaps; if the kernel is relocated, all of the span. */
static void check_ram_parts(const struct plan_request *request, const struct load_plan *plan)
{
    const struct plan_ranges *parts = &plan->ram_parts;
    const struct elf_image *image = request->image;
    uint64_t size = 0;

    for (size_t i = 0; i < parts->count; i++) {
        check(parts->items[i].start < parts->items[i].end);
        check(i == 0 || parts->items[i - 1].end < parts->items[i].start);
        size += range_size(parts->items[i]);
    }
    if (plan->relocated) {
        check(parts->count == 1 && size == range_size(pages_of(plan->span)));
        check(is_in_parts(parts, pages_of(plan->span)));
        return;
    }
    check(size == count_needed(image));
    for (size_t i = 0; i < image->segment_count; i++) {
        struct range gap[2];

        list_gap(image, i, gap);
        check(is_in_parts(parts, segment_pages(image, i)));
        check(is_in_parts(parts, gap[0]) && is_in_parts(parts, gap[1]));
    }
}

bool is_available(const struct plan_request *request, const struct memory_map *map,
                  struct range range)
{
    range = pages_of(range);
    for (size_t i = 0; i < request->unallocatable_count; i++) {
        if (range_size(request->unallocatable[i]) > 0 &&
            range_overlaps(range, pages_of(request->unallocatable[i])))
            return false;
    }
    return is_covered(map, range, true, false);
}

/* True when every byte of the range is in a claim. */
static bool is_claimed(const struct load_plan *plan, struct range range)
{
    bool moved = true;

    while (range.start < range.end && moved) {
        moved = false;
        for (size_t i = 0; i < plan->claims.count; i++) {
            struct range claim = plan->claims.items[i].range;

            if (range_contains(claim, range.start)) {
                range.start = claim.end;
                moved = true;
            }
        }
    }
    return range.start >= range.end;
}

/* The same, but parts may be in reclaimable memory. */
static bool is_held(const struct checker *checker, struct range range)
{
    const struct plan_request *request = checker->request;
    bool moved = true;

    while (!is_claimed(checker->plan, range) && moved) {
        moved = false;
        for (size_t i = 0; i < request->reclaimable_count; i++) {
            if (range_contains(request->reclaimable[i], range.start)) {
                range.start = request->reclaimable[i].end;
                moved = true;
            }
        }
        for (size_t i = 0; i < checker->plan->claims.count; i++) {
            struct range claim = checker->plan->claims.items[i].range;

            if (range_contains(claim, range.start)) {
                range.start = claim.end;
                moved = true;
            }
        }
    }
    return is_claimed(checker->plan, range);
}

/* Reclaimable memory is in use until the kernel is read, so only modules may be read into it. */
static bool may_be_written(const struct checker *checker, struct range range, bool for_module)
{
    return for_module ? is_held(checker, range) : is_claimed(checker->plan, range);
}

static bool touches_claims(const struct load_plan *plan, struct range range)
{
    for (size_t i = 0; i < plan->claims.count; i++) {
        if (range_overlaps(plan->claims.items[i].range, range))
            return true;
    }
    return false;
}

static void check_claims(const struct checker *checker)
{
    const struct plan_claims *claims = &checker->plan->claims;
    struct range code = checker->plan->trampoline_code;
    size_t code_claims = 0;

    for (size_t i = 0; i < claims->count; i++) {
        struct range claim = claims->items[i].range;

        check(are_pages(claim) && claim.end <= 4 * GIB);
        /* Large gaps are not claimed. */
        check(!range_overlaps(claim, checker->kept) ||
              is_in_parts(&checker->plan->ram_parts, claim));
        check(is_available(checker->request, checker->map, claim));
        for (size_t j = 0; j < i; j++)
            check(!range_overlaps(claim, claims->items[j].range));
        if (claims->items[i].code) {
            code_claims++;
            check(claim.start == code.start && claim.end == code.end);
        }
    }
    check(code_claims == 1);
}

static void check_span(const struct checker *checker)
{
    const struct load_plan *plan = checker->plan;
    const struct elf_image *image = checker->request->image;
    const struct pvh_relocation *relocation = &image->notes.relocation;

    check(plan->link_base == image->span.start);
    check(range_size(plan->span) == range_size(image->span));
    check(plan->entry_point - plan->span.start == image->entry_point - image->span.start);
    if (plan->relocated)
        check(is_usable(checker->map, plan->span, false));
    else
        check(is_span_usable(checker->map, image, checker->request->overwrite_nvs));
    check(plan->span.end <= 4 * GIB);
    check(!plan->overwrites_nvs || (checker->request->overwrite_nvs && !plan->relocated));
    if (!plan->relocated) {
        check(plan->span.start == image->span.start);
        return;
    }
    check(relocation->present && relocation->valid);
    /* A kernel is only moved when its link address is not usable. */
    check(!is_span_usable(checker->map, image, false));
    check(plan->span.start % relocation->alignment == 0);
    check(plan->span.start >= relocation->min);
    check(plan->span.end - 1 <= relocation->max);
}

static void check_boot_info(const struct checker *checker)
{
    struct range boot_info = checker->plan->boot_info;

    check(are_pages(boot_info) && range_size(boot_info) >= checker->request->boot_info_size);
    check(boot_info.start >= 0x10000 && boot_info.end <= GIB);
    check(boot_info.start / LARGE_PAGE == (boot_info.end - 1) / LARGE_PAGE);
    check(!range_overlaps(boot_info, checker->kept));
    check(is_claimed(checker->plan, boot_info));
}

/* A module that is in memory stays there, if a module may be there. */
static bool is_in_place(const struct checker *checker, size_t index)
{
    const struct range *places = checker->request->module_places;
    struct range place = places ? places[index] : (struct range){0, 0};

    return place.start < place.end && place.start % PAGE_SIZE == 0 && place.start >= MIB &&
           place.end <= 4 * GIB && !range_overlaps(pages_of(place), checker->kept);
}

static void check_modules(const struct checker *checker)
{
    const struct load_plan *plan = checker->plan;

    check(plan->module_count == checker->request->module_count);
    for (size_t i = 0; i < plan->module_count; i++) {
        struct range module = plan->modules[i].range;
        struct range pages = pages_of(module);

        check(module.start % PAGE_SIZE == 0);
        check(range_size(module) == checker->request->module_sizes[i]);
        if (is_in_place(checker, i))
            check(module.start == checker->request->module_places[i].start);
        check(module.end <= 4 * GIB && module.start >= MIB);
        check(is_usable(checker->map, module, false));
        check(!range_overlaps(pages, checker->kept) && !range_overlaps(pages, plan->boot_info));
        for (size_t j = 0; j < i; j++)
            check(!range_overlaps(pages, pages_of(plan->modules[j].range)));
    }
}

/* True when the range overlaps neither the kernel, nor a module, nor the boot info. */
static bool is_apart(const struct checker *checker, struct range range)
{
    const struct load_plan *plan = checker->plan;

    for (size_t i = 0; i < plan->module_count; i++) {
        if (range_overlaps(range, pages_of(plan->modules[i].range)))
            return false;
    }
    return !range_overlaps(range, checker->kept) && !range_overlaps(range, plan->boot_info);
}

/* Written before exit, and nobody else's afterwards: check_zeros() and check_copies() see to that.
 */
static void check_acpi_overlay(const struct checker *checker)
{
    const struct load_plan *plan = checker->plan;
    struct range overlay = plan->acpi_overlay;

    if (range_size(overlay) == 0)
        return;
    check(are_pages(overlay) && overlay.start >= MIB && overlay.end <= 4 * GIB);
    check(range_size(overlay) / PAGE_SIZE == (checker->request->overlay_size - 1) / PAGE_SIZE + 1);
    check(is_apart(checker, overlay) && is_claimed(plan, overlay));
    check(!range_overlaps(overlay, plan->trampoline_code));
    check(!range_overlaps(overlay, plan->trampoline_data));
    for (size_t i = 0; i < plan->copies.count; i++) {
        const struct plan_copy *copy = &plan->copies.items[i];

        check(!range_overlaps(overlay, (struct range){copy->source, copy->source + copy->size}));
    }
    for (size_t i = 0; i < plan->zero_before_exit.count; i++)
        check(!range_overlaps(overlay, plan->zero_before_exit.items[i]));
}

/*
 * What kernels write to before they have read everything: OSv its copy of the memory map and more
 * up to 0x8000, nanos its stack below 0xa000 and page tables from 0xfd000, toro page tables from
 * 0x90000. NetBSD's copies behind its own end are in checker->kept.
 */
static const struct range scratch[] = {{0, 0xa000}, {0x90000, MIB}};

static bool is_scratch(struct range range)
{
    for (size_t i = 0; i < ELEMENTS(scratch); i++) {
        if (range_overlaps(range, scratch[i]))
            return true;
    }
    return false;
}

/* FreeBSD takes all memory behind boot info that is above it: low memory is the first choice. */
static void check_low_choice(const struct checker *checker)
{
    uint64_t size = range_size(checker->plan->boot_info);
    struct range range = {0x10000, 0x10000 + size};

    if (checker->plan->boot_info.start < MIB)
        return;
    for (; range.end <= 0x90000; range.start += PAGE_SIZE, range.end += PAGE_SIZE)
        check(range_overlaps(range, checker->kept) ||
              !is_available(checker->request, checker->map, range));
}

/* Nothing that is handed over is where readers destroy it. */
static void check_readers(const struct checker *checker)
{
    const struct load_plan *plan = checker->plan;

    check(!is_scratch(plan->boot_info));
    check(range_size(plan->acpi_overlay) == 0 || !is_scratch(plan->acpi_overlay));
    for (size_t i = 0; i < plan->module_count; i++)
        check(!is_scratch(plan->modules[i].range));
    check_low_choice(checker);
}

static void check_trampoline(const struct checker *checker)
{
    const struct load_plan *plan = checker->plan;
    struct range code = plan->trampoline_code, data = plan->trampoline_data;

    check(are_pages(code) && range_size(code) == PAGE_SIZE);
    check(are_pages(data) && data.end <= 4 * GIB && !range_overlaps(code, data));
    check(!is_scratch(code) && !is_scratch(data)); /* the kernel's first GDT is there */
    check(range_size(data) >=
          trampoline_data_size(plan->copies.count, plan->zero_after_exit.count));
    check(is_apart(checker, code) && is_apart(checker, data));
    check(is_claimed(plan, code) && is_claimed(plan, data));
}

static struct range copy_source(const struct plan_copy *copy)
{
    return (struct range){copy->source, copy->source + copy->size};
}

static struct range copy_destination(const struct plan_copy *copy)
{
    return (struct range){copy->destination, copy->destination + copy->size};
}

static bool is_for_the_kernel(const struct load_plan *plan, struct range range)
{
    bool inside = is_inside(range, plan->span);

    for (size_t i = 0; i < plan->module_count; i++)
        inside |= is_inside(range, plan->modules[i].range);
    return inside;
}

static void check_copies(const struct checker *checker)
{
    const struct load_plan *plan = checker->plan;
    uint64_t staged = 0;

    for (size_t i = 0; i < plan->copies.count; i++) {
        const struct plan_copy *copy = &plan->copies.items[i];
        struct range source = copy_source(copy), destination = copy_destination(copy);

        check(copy->size > 0 && copy->source % PAGE_SIZE == copy->destination % PAGE_SIZE);
        check(may_be_written(checker, source, !range_overlaps(destination, plan->span)));
        check(is_apart(checker, source) && source.end <= 4 * GIB);
        check(!range_overlaps(source, plan->trampoline_code));
        check(!range_overlaps(source, plan->trampoline_data));
        check(!touches_claims(plan, destination) && is_for_the_kernel(plan, destination));
        for (size_t j = 0; j < i; j++) {
            check(!range_overlaps(source, copy_source(&plan->copies.items[j])));
            check(!range_overlaps(destination, copy_destination(&plan->copies.items[j])));
        }
        staged += copy->size;
    }
    check(plan->staged == staged);
}

static void check_zeros(const struct checker *checker)
{
    const struct load_plan *plan = checker->plan;

    for (size_t i = 0; i < plan->zero_before_exit.count; i++)
        check(may_be_written(checker, plan->zero_before_exit.items[i],
                             !range_overlaps(plan->zero_before_exit.items[i], plan->span)));
    for (size_t i = 0; i < plan->zero_after_exit.count; i++)
        check(!touches_claims(plan, plan->zero_after_exit.items[i]));
}

/* Reads must be sorted by offset and disjoint, and as few as possible. */
static void check_reads(const struct checker *checker, const struct plan_reads *reads,
                        bool for_module, uint64_t expected)
{
    uint64_t total = 0;

    for (size_t i = 0; i < reads->count; i++) {
        const struct plan_read *fill = &reads->items[i];

        check(fill->size > 0);
        check(may_be_written(checker, (struct range){fill->address, fill->address + fill->size},
                             for_module));
        total += fill->size;
        if (i == 0)
            continue;
        check(fill[-1].offset + fill[-1].size <= fill->offset);
        check(fill[-1].offset + fill[-1].size != fill->offset ||
              fill[-1].address + fill[-1].size != fill->address);
    }
    check(total == expected);
}

static void check_all_reads(const struct checker *checker)
{
    const struct elf_image *image = checker->request->image;
    uint64_t file_bytes = 0;

    for (size_t i = 0; i < image->segment_count; i++)
        file_bytes += image->segments[i].filesz;
    check_reads(checker, &checker->plan->reads, false, file_bytes);
    for (size_t i = 0; i < checker->plan->module_count; i++)
        check_reads(checker, &checker->plan->modules[i].reads, true,
                    is_in_place(checker, i) ? 0 : checker->request->module_sizes[i]);
}

static void read_files(struct simulation *memory, const struct plan_reads *reads, size_t file)
{
    for (size_t i = 0; i < reads->count; i++) {
        const struct plan_read *fill = &reads->items[i];

        simulation_write(memory, (struct range){fill->address, fill->address + fill->size},
                         (struct content){CONTENT_FILE, file, fill->offset});
    }
}

static void zero(struct simulation *memory, const struct plan_ranges *ranges)
{
    for (size_t i = 0; i < ranges->count; i++)
        simulation_write(memory, ranges->items[i], (struct content){.kind = CONTENT_ZERO});
}

/* In random order: copies must be independent of each other. */
static void copy_staged(struct simulation *memory, const struct plan_copies *copies,
                        struct random *random)
{
    size_t *order = malloc((copies->count + 1) * sizeof(*order));

    for (size_t i = 0; i < copies->count; i++) {
        size_t other = random_below(random, i + 1);

        order[i] = order[other];
        order[other] = i;
    }
    for (size_t i = 0; i < copies->count; i++) {
        const struct plan_copy *copy = &copies->items[order[i]];

        simulation_copy(memory, copy->destination, copy->source, copy->size);
    }
    free(order);
}

static void check_memory(const struct checker *checker, const struct simulation *memory)
{
    const struct elf_image *image = checker->request->image;
    const struct load_plan *plan = checker->plan;

    for (size_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];
        uint64_t start = segment->paddr - image->span.start + plan->span.start;
        uint64_t bss = start + segment->filesz;

        check(simulation_holds(memory, (struct range){start, bss},
                               (struct content){CONTENT_FILE, KERNEL, segment->offset}));
        check(simulation_holds(memory, (struct range){bss, start + segment->memsz},
                               (struct content){.kind = CONTENT_ZERO}));
    }
    for (size_t i = 0; i < plan->module_count; i++) {
        struct range module = plan->modules[i].range;

        check(simulation_holds(memory, module, (struct content){CONTENT_FILE, 1 + i, 0}));
        check(is_in_place(checker, i) ||
              simulation_holds(memory, (struct range){module.end, pages_of(module).end},
                               (struct content){.kind = CONTENT_ZERO}));
    }
}

static void carry_out(const struct checker *checker, struct random *random)
{
    const struct load_plan *plan = checker->plan;
    struct simulation memory = {0};

    for (size_t i = 0; i < plan->module_count; i++) {
        if (is_in_place(checker, i))
            simulation_write(&memory, plan->modules[i].range,
                             (struct content){CONTENT_FILE, 1 + i, 0});
    }
    read_files(&memory, &plan->reads, KERNEL);
    for (size_t i = 0; i < plan->module_count; i++)
        read_files(&memory, &plan->modules[i].reads, 1 + i);
    zero(&memory, &plan->zero_before_exit);
    copy_staged(&memory, &plan->copies, random);
    zero(&memory, &plan->zero_after_exit);
    check_memory(checker, &memory);
    simulation_free(&memory);
}

void check_plan(const struct plan_request *request, const struct memory_map *map,
                const struct load_plan *plan, struct random *random)
{
    struct checker checker = {request, map, plan, pages_of(plan->span)};

    checker.kept.end += GUARD;
    check_ram_parts(request, plan);
    check_claims(&checker);
    check_span(&checker);
    check_boot_info(&checker);
    check_modules(&checker);
    check_acpi_overlay(&checker);
    check_readers(&checker);
    check_trampoline(&checker);
    check_copies(&checker);
    check_zeros(&checker);
    check_all_reads(&checker);
    carry_out(&checker, random);
}
