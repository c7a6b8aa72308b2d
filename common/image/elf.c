/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Only p_paddr is used: Linux has segments with p_vaddr 0. e_entry is irrelevant for PVH.
 */
#include "common/image/elf.h"

#include "common/base/sort.h"

#define ADDRESS_LIMIT (4 * GIB)

static bool check_segment(struct elf_reader *reader, const struct elf_segment *segment)
{
    uint64_t end;

    if (segment->filesz > segment->memsz)
        return error_set(reader->error, ERROR_SEGMENT_SIZES, segment->header, segment->filesz,
                         segment->memsz);
    if (!checked_add(segment->paddr, segment->memsz, &end) ||
        (elf_bits(reader->tables) == 32 && end > ADDRESS_LIMIT))
        return error_set(reader->error, ERROR_SEGMENT_WRAPS, segment->header, segment->paddr,
                         segment->memsz);
    if (end > ADDRESS_LIMIT)
        return error_set(reader->error, ERROR_SEGMENT_TOO_HIGH, segment->header, segment->paddr,
                         end);
    /* Without file bytes the offset is meaningless: linkers leave one past the end of the file. */
    if (segment->filesz > 0 && !fits_inside(segment->offset, segment->filesz, reader->source->size))
        return error_set(reader->error, ERROR_SEGMENT_TRUNCATED, segment->header, segment->offset,
                         segment->filesz, reader->source->size);
    return true;
}

static bool read_segment(struct elf_reader *reader, const struct elf_program_header *header,
                         size_t index, struct elf_segment *ret_segment)
{
    *ret_segment = (struct elf_segment){
        .paddr = header->paddr,
        .memsz = header->memsz,
        .offset = header->offset,
        .filesz = header->filesz,
        .header = (unsigned)index,
    };
    return check_segment(reader, ret_segment);
}

static int compare_segments(const void *a, const void *b)
{
    const struct elf_segment *left = a;
    const struct elf_segment *right = b;

    return COMPARE(left->paddr, right->paddr);
}

static bool check_overlap(struct elf_reader *reader, const struct elf_image *image)
{
    for (size_t i = 1; i < image->segment_count; i++) {
        const struct elf_segment *low = &image->segments[i - 1];
        const struct elf_segment *high = &image->segments[i];

        if (low->paddr + low->memsz > high->paddr)
            return error_set(reader->error, ERROR_SEGMENTS_OVERLAP, low->header, high->header,
                             high->paddr,
                             min_u64(low->paddr + low->memsz, high->paddr + high->memsz));
    }
    return true;
}

static bool read_segments(struct elf_reader *reader, struct elf_image *image)
{
    const size_t count = reader->tables->programs.count;
    const struct elf_segment *last;

    image->segments = arena_alloc(reader->arena, count, sizeof(*image->segments));
    if (!image->segments)
        return error_set(reader->error, ERROR_OUT_OF_MEMORY, count * sizeof(*image->segments));
    for (size_t i = 0; i < count; i++) {
        struct elf_program_header header = elf_program_header(reader->tables, i);

        if (elf_is_loaded(&header) &&
            !read_segment(reader, &header, i, &image->segments[image->segment_count++]))
            return false;
    }
    if (image->segment_count == 0)
        return error_set(reader->error, ERROR_NO_SEGMENTS);
    sort(image->segments, image->segment_count, sizeof(*image->segments), compare_segments);
    last = &image->segments[image->segment_count - 1];
    image->span = (struct range){image->segments[0].paddr, last->paddr + last->memsz};
    return check_overlap(reader, image);
}

/* The entry note's value; it must be inside the file bytes of a segment. */
static bool find_entry_point(struct elf_reader *reader, struct elf_image *image)
{
    uint64_t entry = image->notes.entry_value;

    for (size_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];

        if (entry >= segment->paddr && entry - segment->paddr < segment->filesz) {
            image->entry_point = (uint32_t)entry;
            return true;
        }
    }
    return error_set(reader->error, ERROR_ENTRY_OUTSIDE, entry, image->span.start, image->span.end);
}

/* What to mend in a kernel for PVH, and of no interest in a file that is none. */
static bool is_about_link_addresses(enum error_code code)
{
    return code == ERROR_SEGMENT_WRAPS || code == ERROR_SEGMENT_TOO_HIGH ||
           code == ERROR_SEGMENTS_OVERLAP;
}

/*
 * Always false. Replaces a complaint about link addresses by that about a missing entry note, which
 * is why they are what they are. ERROR_NOT_SEQUENTIAL when the notes cannot be read yet.
 */
static bool refuse_segments(const struct elf_reader *reader)
{
    struct error error = {.code = ERROR_NONE};
    struct elf_reader quiet = *reader;
    struct elf_notes notes = {.has_entry = false};

    if (!is_about_link_addresses(reader->error->code))
        return false;
    quiet.error = &error;
    if (!elf_find_notes(&quiet, &notes) &&
        (error.code == ERROR_NO_ENTRY_NOTE || error.code == ERROR_NOT_SEQUENTIAL))
        *reader->error = error;
    return false;
}

bool elf_read_headers(struct byte_source *source, struct arena *arena, struct elf_image *ret_image,
                      struct error *ret_error)
{
    struct elf_tables *tables = arena_alloc(arena, 1, sizeof(*tables));
    struct elf_reader reader = {source, arena, ret_error, tables};

    *ret_image = (struct elf_image){.tables = tables};
    error_clear(ret_error);
    if (!tables)
        return error_set(ret_error, ERROR_OUT_OF_MEMORY, sizeof(*tables));
    if (!elf_read_file_header(&reader))
        return false;
    ret_image->bits = elf_bits(tables);
    ret_image->machine = elf_machine(tables);
    if (!elf_read_program_headers(&reader))
        return false;
    return read_segments(&reader, ret_image) || refuse_segments(&reader);
}

bool elf_read_notes(struct byte_source *source, struct arena *arena, struct elf_image *image,
                    struct error *ret_error)
{
    struct elf_reader reader = {source, arena, ret_error, image->tables};

    error_clear(ret_error);
    return elf_find_notes(&reader, &image->notes) && find_entry_point(&reader, image);
}

bool elf_read_with_visitor(struct byte_source *source, struct arena *arena,
                           struct note_visitor *visitor, struct elf_image *ret_image,
                           struct error *ret_error)
{
    if (!elf_read_headers(source, arena, ret_image, ret_error))
        return false;
    ret_image->notes.visitor = visitor;
    return elf_read_notes(source, arena, ret_image, ret_error);
}

bool elf_read(struct byte_source *source, struct arena *arena, struct elf_image *ret_image,
              struct error *ret_error)
{
    return elf_read_with_visitor(source, arena, NULL, ret_image, ret_error);
}
