/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer: an ELF file with its notes, read in one go, in two halves and with a visitor, and
 * placed in a small machine. What the three ways find is the same, and fits the file.
 */
#include "tests/fuzz/elf_mutator.h"
#include "tests/fuzz/fuzz_text.h"

#include "common/base/byte_source.h"
#include "common/image/elf.h"
#include "pvh/messages.h"
#include "pvh/plan.h"

#define RANGES 8

static void require_words(const struct error *error)
{
    TEXT_ON_STACK(text, 1000);

    require(error->code != ERROR_NONE);
    error_append(&text, error);
    require(text.length > 0);
    require_shown(text.data);
}

static void require_image(const struct elf_image *image, uint64_t file_size)
{
    uint64_t end = 0;
    bool entered = false;

    require(image->segment_count > 0);
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];

        require(segment->memsz > 0 && segment->filesz <= segment->memsz);
        require(segment->paddr >= end);
        require(fits_inside(segment->paddr, segment->memsz, 4 * GIB));
        require(segment->filesz == 0 || fits_inside(segment->offset, segment->filesz, file_size));
        end = segment->paddr + segment->memsz;
        entered |= image->entry_point >= segment->paddr &&
                   image->entry_point - segment->paddr < segment->filesz;
    }
    require(entered && image->notes.has_entry);
    require(image->span.start == image->segments[0].paddr && image->span.end == end);
}

static void require_plan(const struct load_plan *plan, const struct elf_image *image)
{
    require(range_size(plan->span) == range_size(image->span));
    require(plan->link_base == image->span.start);
    require(plan->entry_point - plan->span.start == image->entry_point - image->span.start);
    for (size_t i = 0; i < plan->claims.count; i++) {
        require(plan->claims.items[i].range.start % PAGE_SIZE == 0);
        require(range_size(plan->claims.items[i].range) > 0);
        for (size_t j = 0; j < i; j++)
            require(!range_overlaps(plan->claims.items[i].range, plan->claims.items[j].range));
    }
    require(!range_overlaps(plan->boot_info, plan->span));
    require(!range_overlaps(plan->trampoline_data, plan->span));
}

/* 64 MiB, of which the firmware still has a part. */
static void place(const struct elf_image *image, struct arena *arena)
{
    static struct memory_range ranges[] = {
        {{0x1000, 0xa0000}, MEMORY_CONVENTIONAL},
        {{0xa0000, 0x100000}, MEMORY_ISA_HOLE},
        {{0x100000, 0x800000}, MEMORY_CONVENTIONAL},
        {{0x800000, 0x900000}, MEMORY_NVS},
        {{0x900000, 0x1000000}, MEMORY_BOOT_SERVICES_DATA},
        {{0x1000000, 0x4000000}, MEMORY_CONVENTIONAL},
    };
    const struct memory_map map = {.ranges = ranges, .count = ELEMENTS(ranges)};
    const uint64_t module_size = 0x1234;
    const struct plan_request request = {.image = image,
                                         .module_sizes = &module_size,
                                         .module_count = 1,
                                         .boot_info_size = 0x2000,
                                         .overlay_size = 0x12000};
    struct load_plan plan = {.module_count = 0};
    struct error error = {0};

    if (plan_make(&request, &map, arena, &plan, &error))
        require_plan(&plan, image);
    else
        require_words(&error);
}

static size_t notes_seen;

static void see(struct note_visitor *visitor, const struct note *note)
{
    (void)visitor;
    require(note->name[NOTE_NAME_KEPT] == '\0' && note->desc[NOTE_DESC_KEPT] == '\0');
    notes_seen++;
}

static void compare_ways(struct byte_source *source, const struct elf_image *image, bool good)
{
    struct note_visitor visitor = {see};
    struct arena arena = {0};
    struct elf_image halves, visited;
    struct error error = {0};
    struct range ranges[RANGES];
    bool read = elf_read_headers(source, &arena, &halves, &error);

    if (read)
        require(elf_note_ranges(halves.tables, ranges, RANGES) <= RANGES);
    read = read && elf_read_notes(source, &arena, &halves, &error);
    require(read == good && (!read || halves.entry_point == image->entry_point));
    read = elf_read_with_visitor(source, &arena, &visitor, &visited, &error);
    require(read == good && (!read || visited.entry_point == image->entry_point));
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = (uint8_t *)copy_bytes(data, size);
    struct arena arena = {0};
    struct memory_source source;
    struct elf_image image;
    struct error error = {0};
    bool good;

    memory_source_init(&source, copy, size);
    good = elf_read(&source.source, &arena, &image, &error);
    if (good) {
        require_image(&image, size);
        place(&image, &arena);
    } else {
        require_words(&error);
    }
    compare_ways(&source.source, &image, good);
    arena_release(&arena);
    free(copy);
    return 0;
}
