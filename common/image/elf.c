/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads what the ELF specification (System V gABI, chapters 4 and 5) says in its two classes into
 * one form. Only p_paddr counts: Linux has segments whose p_vaddr is 0, and e_entry says nothing
 * about PVH.
 */
#include "common/image/elf.h"

#include "common/base/bytes.h"
#include "common/base/sort.h"

#include <string.h>

#define ELF_IDENT_SIZE    16
#define ELF_CLASS_32      1
#define ELF_CLASS_64      2
#define ELF_DATA_LITTLE   1
#define ELF_DATA_BIG      2
#define ELF_TYPE_EXEC     2
#define ELF_TYPE_DYN      3
#define ELF_MAX_HEADER    64
#define PROGRAM_LOAD      1
#define PROGRAM_NOTE      4
#define SECTION_NOTE      7
#define PROGRAM_COUNT_EXT 0xffff /* PN_XNUM: the real count is in section header 0 */

/* More than any linker writes; keeps a damaged count from asking for gigabytes. */
#define MAX_TABLE_SIZE (4 * MIB)

#define ADDRESS_LIMIT (4 * GIB)

/* Where the kernels of other processors have a magic number (arm64/booting.rst,
 * riscv/boot-image-header.rst). */
#define IMAGE_MAGIC 0x38

/* Offsets of the fields in each class; the 64-bit ones are 8 bytes wide where the 32-bit are 4. */
struct elf_layout {
    uint8_t bits;
    uint8_t header_size;
    uint8_t phoff, shoff, phentsize, phnum, shentsize, shnum;
    uint8_t ph_size, ph_offset, ph_paddr, ph_filesz, ph_memsz, ph_align;
    uint8_t sh_size, sh_type, sh_offset, sh_length, sh_info, sh_align;
};

static const struct elf_layout layout_32 = {
    .bits = 32,
    .header_size = 52,
    .phoff = 28,
    .shoff = 32,
    .phentsize = 42,
    .phnum = 44,
    .shentsize = 46,
    .shnum = 48,
    .ph_size = 32,
    .ph_offset = 4,
    .ph_paddr = 12,
    .ph_filesz = 16,
    .ph_memsz = 20,
    .ph_align = 28,
    .sh_size = 40,
    .sh_type = 4,
    .sh_offset = 16,
    .sh_length = 20,
    .sh_info = 28,
    .sh_align = 32,
};

static const struct elf_layout layout_64 = {
    .bits = 64,
    .header_size = 64,
    .phoff = 32,
    .shoff = 40,
    .phentsize = 54,
    .phnum = 56,
    .shentsize = 58,
    .shnum = 60,
    .ph_size = 56,
    .ph_offset = 8,
    .ph_paddr = 24,
    .ph_filesz = 32,
    .ph_memsz = 40,
    .ph_align = 48,
    .sh_size = 64,
    .sh_type = 4,
    .sh_offset = 24,
    .sh_length = 32,
    .sh_info = 44,
    .sh_align = 48,
};

/* A table of headers: program headers or section headers. */
struct elf_table {
    const uint8_t *entries; /* NULL when there is none */
    size_t entry_size;
    size_t count;
};

/* What was read of a file, for its notes. */
struct elf_tables {
    const struct elf_layout *layout;
    uint8_t header[ELF_MAX_HEADER];
    struct elf_table programs;
    struct elf_table sections;
};

struct elf_reader {
    struct byte_source *source;
    struct arena *arena;
    struct error *error;
    struct elf_tables *tables;
};

static uint64_t word(const struct elf_reader *reader, const uint8_t *field)
{
    return reader->tables->layout->bits == 64 ? read_le64(field) : read_le32(field);
}

static bool read_bytes(struct elf_reader *reader, uint64_t offset, void *buffer, size_t length)
{
    if (reader->source->read(reader->source, offset, buffer, length))
        return true;
    return error_set(reader->error, ERROR_READ);
}

static bool check_ident(struct elf_reader *reader)
{
    const uint8_t *ident = reader->tables->header;

    if (memcmp(ident, "\177ELF", 4) != 0)
        return error_set(reader->error, ERROR_NOT_ELF, read_le32(ident),
                         read_le32(ident + IMAGE_MAGIC));
    if (ident[4] == ELF_CLASS_32)
        reader->tables->layout = &layout_32;
    else if (ident[4] == ELF_CLASS_64)
        reader->tables->layout = &layout_64;
    if (reader->tables->layout && ident[5] == ELF_DATA_BIG)
        return error_set(reader->error, ERROR_ELF_BIG_ENDIAN);
    if (!reader->tables->layout || ident[5] != ELF_DATA_LITTLE)
        return error_set(reader->error, ERROR_ELF_HEADER, ident[4], ident[5]);
    if (reader->source->size < reader->tables->layout->header_size)
        return error_set(reader->error, ERROR_TOO_SHORT, reader->source->size);
    return true;
}

static bool read_header(struct elf_reader *reader)
{
    size_t length = (size_t)min_u64(reader->source->size, sizeof(reader->tables->header));
    uint16_t type, machine;

    if (length < ELF_IDENT_SIZE)
        return error_set(reader->error, ERROR_TOO_SHORT, length);
    if (!read_bytes(reader, 0, reader->tables->header, length) || !check_ident(reader))
        return false;
    type = read_le16(reader->tables->header + 16);
    machine = read_le16(reader->tables->header + 18);
    if (machine != ELF_MACHINE_386 && machine != ELF_MACHINE_X86_64)
        return error_set(reader->error, ERROR_ELF_MACHINE, machine);
    if (type != ELF_TYPE_EXEC && type != ELF_TYPE_DYN)
        return error_set(reader->error, ERROR_ELF_TYPE, type);
    return true;
}

/* Reads `count` headers at `offset` into the arena. */
static bool read_table(struct elf_reader *reader, uint64_t offset, uint64_t count,
                       size_t entry_size, size_t smallest, struct elf_table *ret_table)
{
    uint64_t size;
    uint8_t *entries;

    if (entry_size < smallest || !checked_mul(count, entry_size, &size) || size > MAX_TABLE_SIZE ||
        !fits_inside(offset, size, reader->source->size))
        return error_set(reader->error, ERROR_HEADERS_OUTSIDE_FILE, offset, count, entry_size,
                         reader->source->size);
    entries = arena_alloc(reader->arena, size, 1);
    if (!entries)
        return error_set(reader->error, ERROR_OUT_OF_MEMORY, size);
    if (!read_bytes(reader, offset, entries, (size_t)size))
        return false;
    *ret_table = (struct elf_table){entries, entry_size, (size_t)count};
    return true;
}

static bool read_section_headers(struct elf_reader *reader, uint64_t count)
{
    const struct elf_layout *layout = reader->tables->layout;
    uint64_t offset = word(reader, reader->tables->header + layout->shoff);

    if (offset == 0 || count == 0)
        return true; /* stripped: program headers are enough */
    return read_table(reader, offset, count, read_le16(reader->tables->header + layout->shentsize),
                      layout->sh_size, &reader->tables->sections);
}

static bool read_program_headers(struct elf_reader *reader)
{
    const struct elf_layout *layout = reader->tables->layout;
    uint64_t offset = word(reader, reader->tables->header + layout->phoff);
    uint64_t count = read_le16(reader->tables->header + layout->phnum);

    if (count == PROGRAM_COUNT_EXT) {
        if (!read_section_headers(reader, 1))
            return false;
        if (reader->tables->sections.count)
            count = read_le32(reader->tables->sections.entries + layout->sh_info);
    }
    if (offset == 0 || count == 0)
        return error_set(reader->error, ERROR_NO_SEGMENTS);
    return read_table(reader, offset, count, read_le16(reader->tables->header + layout->phentsize),
                      layout->ph_size, &reader->tables->programs);
}

static const uint8_t *program_header(const struct elf_reader *reader, size_t index)
{
    return reader->tables->programs.entries + index * reader->tables->programs.entry_size;
}

static bool is_loaded(const struct elf_reader *reader, const uint8_t *header)
{
    const struct elf_layout *layout = reader->tables->layout;

    /* A PT_LOAD of no size is what linkers leave of an empty section: it asks for nothing. */
    return read_le32(header) == PROGRAM_LOAD && (word(reader, header + layout->ph_memsz) > 0 ||
                                                 word(reader, header + layout->ph_filesz) > 0);
}

static bool check_segment(struct elf_reader *reader, const struct elf_segment *segment)
{
    uint64_t end;

    if (segment->filesz > segment->memsz)
        return error_set(reader->error, ERROR_SEGMENT_SIZES, segment->header, segment->filesz,
                         segment->memsz);
    if (!checked_add(segment->paddr, segment->memsz, &end) ||
        (reader->tables->layout->bits == 32 && end > ADDRESS_LIMIT))
        return error_set(reader->error, ERROR_SEGMENT_WRAPS, segment->header, segment->paddr,
                         segment->memsz);
    if (end > ADDRESS_LIMIT)
        return error_set(reader->error, ERROR_SEGMENT_TOO_HIGH, segment->header, segment->paddr,
                         end);
    /* Where there are no file bytes the offset says nothing: linkers leave one past the end. */
    if (segment->filesz > 0 && !fits_inside(segment->offset, segment->filesz, reader->source->size))
        return error_set(reader->error, ERROR_SEGMENT_TRUNCATED, segment->header, segment->offset,
                         segment->filesz, reader->source->size);
    return true;
}

static bool read_segment(struct elf_reader *reader, size_t index, struct elf_segment *ret_segment)
{
    const uint8_t *header = program_header(reader, index);
    const struct elf_layout *layout = reader->tables->layout;

    *ret_segment = (struct elf_segment){
        .paddr = word(reader, header + layout->ph_paddr),
        .memsz = word(reader, header + layout->ph_memsz),
        .offset = word(reader, header + layout->ph_offset),
        .filesz = word(reader, header + layout->ph_filesz),
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
    const struct elf_segment *last;

    image->segments =
        arena_alloc(reader->arena, reader->tables->programs.count, sizeof(*image->segments));
    if (!image->segments)
        return error_set(reader->error, ERROR_OUT_OF_MEMORY,
                         reader->tables->programs.count * sizeof(*image->segments));
    for (size_t i = 0; i < reader->tables->programs.count; i++) {
        if (!is_loaded(reader, program_header(reader, i)))
            continue;
        if (!read_segment(reader, i, &image->segments[image->segment_count++]))
            return false;
    }
    if (image->segment_count == 0)
        return error_set(reader->error, ERROR_NO_SEGMENTS);
    sort(image->segments, image->segment_count, sizeof(*image->segments), compare_segments);
    last = &image->segments[image->segment_count - 1];
    image->span = (struct range){image->segments[0].paddr, last->paddr + last->memsz};
    return check_overlap(reader, image);
}

/* The part of a note segment or section that lies inside the file. */
static struct range inside_file(const struct elf_reader *reader, uint64_t offset, uint64_t size,
                                bool *ret_truncated)
{
    struct range range = {offset, offset};

    if (!fits_inside(offset, size, reader->source->size))
        *ret_truncated = true;
    if (offset < reader->source->size)
        range.end = offset + min_u64(size, reader->source->size - offset);
    return range;
}

/*
 * Notes are padded to 4 bytes in both classes, whatever p_align says. Some producers took 8 from
 * there; their notes are read in a second go.
 */
static bool scan_notes(struct elf_reader *reader, uint64_t offset, uint64_t size, uint64_t align,
                       struct elf_notes *notes)
{
    struct range where = inside_file(reader, offset, size, &notes->truncated);
    bool truncated;

    if (!notes_scan(reader->source, where, 4, notes))
        return error_set(reader->error, ERROR_READ);
    if (notes->has_entry || align != 8)
        return true;
    truncated = notes->truncated; /* the wrong padding runs past the end: that says nothing */
    if (!notes_scan(reader->source, where, 8, notes))
        return error_set(reader->error, ERROR_READ);
    notes->truncated = truncated;
    return true;
}

static bool read_note_segments(struct elf_reader *reader, struct elf_notes *notes)
{
    const struct elf_layout *layout = reader->tables->layout;

    for (size_t i = 0; i < reader->tables->programs.count; i++) {
        const uint8_t *header = program_header(reader, i);

        if (read_le32(header) == PROGRAM_NOTE &&
            !scan_notes(reader, word(reader, header + layout->ph_offset),
                        word(reader, header + layout->ph_filesz),
                        word(reader, header + layout->ph_align), notes))
            return false;
    }
    return true;
}

/* Some linker scripts keep the note in a section that no program header names. */
static bool read_note_sections(struct elf_reader *reader, struct elf_notes *notes)
{
    const struct elf_layout *layout = reader->tables->layout;
    struct error ignored = {0};
    struct elf_reader quiet = *reader;

    /* Section headers that cannot be read are no reason to refuse a kernel: they are optional. */
    quiet.error = &ignored;
    if (!read_section_headers(&quiet, read_le16(reader->tables->header + layout->shnum))) {
        if (ignored.code == ERROR_HEADERS_OUTSIDE_FILE)
            return true;
        *reader->error = ignored;
        return false;
    }
    for (size_t i = 0; i < quiet.tables->sections.count; i++) {
        const uint8_t *header =
            quiet.tables->sections.entries + i * quiet.tables->sections.entry_size;

        if (read_le32(header + layout->sh_type) == SECTION_NOTE &&
            !scan_notes(reader, word(reader, header + layout->sh_offset),
                        word(reader, header + layout->sh_length),
                        word(reader, header + layout->sh_align), notes))
            return false;
    }
    return true;
}

static bool check_entry_note(struct elf_reader *reader, const struct elf_notes *notes)
{
    if (!notes->has_entry) {
        reader->error->notes = notes->found;
        return error_set(reader->error,
                         notes->truncated ? ERROR_NOTES_TRUNCATED : ERROR_NO_ENTRY_NOTE);
    }
    if (notes->entry_size != 4 && notes->entry_size != 8)
        return error_set(reader->error, ERROR_ENTRY_NOTE_SIZE, notes->entry_size);
    if (notes->entry_value > UINT32_MAX)
        return error_set(reader->error, ERROR_ENTRY_NOTE_HIGH, notes->entry_value);
    return true;
}

static bool check_entry(struct elf_reader *reader, struct elf_image *image)
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

/* What PHYS32_RELOC leaves open: Xen takes the largest alignment of the segments, or 2 MiB. */
static void complete_relocation(const struct elf_reader *reader, struct pvh_relocation *relocation)
{
    uint64_t alignment = 0;

    if (!relocation->present || relocation->alignment != 0)
        return;
    for (size_t i = 0; i < reader->tables->programs.count; i++) {
        const uint8_t *header = program_header(reader, i);

        if (is_loaded(reader, header))
            alignment = max_u64(alignment, word(reader, header + reader->tables->layout->ph_align));
    }
    if (alignment < PAGE_SIZE || alignment > UINT32_MAX || !is_power_of_two(alignment))
        alignment = 2 * MIB;
    relocation->alignment = (uint32_t)alignment;
}

static bool read_notes(struct elf_reader *reader, struct elf_notes *notes)
{
    if (!read_note_segments(reader, notes))
        return false;
    if (!notes->has_entry && !read_note_sections(reader, notes))
        return false;
    complete_relocation(reader, &notes->relocation);
    return check_entry_note(reader, notes);
}

bool elf_read_headers(struct byte_source *source, struct arena *arena, struct elf_image *ret_image,
                      struct error *ret_error)
{
    struct elf_tables *tables = arena_alloc(arena, 1, sizeof(*tables));
    struct elf_reader reader = {source, arena, ret_error, tables};

    *ret_image = (struct elf_image){.tables = tables};
    *ret_error = (struct error){0};
    if (!tables)
        return error_set(ret_error, ERROR_OUT_OF_MEMORY, sizeof(*tables));
    if (!read_header(&reader))
        return false;
    ret_image->bits = tables->layout->bits;
    ret_image->machine = read_le16(tables->header + 18);
    return read_program_headers(&reader) && read_segments(&reader, ret_image);
}

bool elf_read_notes(struct byte_source *source, struct arena *arena, struct elf_image *image,
                    struct error *ret_error)
{
    struct elf_reader reader = {source, arena, ret_error, image->tables};

    *ret_error = (struct error){0};
    return read_notes(&reader, &image->notes) && check_entry(&reader, image);
}

size_t elf_note_ranges(const struct elf_image *image, struct range *ranges, size_t limit)
{
    const struct elf_reader reader = {.tables = image->tables};
    const struct elf_layout *layout = image->tables->layout;
    size_t count = 0;

    for (size_t i = 0; i < image->tables->programs.count && count < limit; i++) {
        const uint8_t *header = program_header(&reader, i);
        uint64_t offset = word(&reader, header + layout->ph_offset);
        uint64_t end;

        if (read_le32(header) == PROGRAM_NOTE &&
            checked_add(offset, word(&reader, header + layout->ph_filesz), &end))
            ranges[count++] = (struct range){offset, end};
    }
    return count;
}

bool elf_read(struct byte_source *source, struct arena *arena, struct elf_image *ret_image,
              struct error *ret_error)
{
    return elf_read_observed(source, arena, NULL, ret_image, ret_error);
}

bool elf_read_observed(struct byte_source *source, struct arena *arena,
                       struct note_observer *observer, struct elf_image *ret_image,
                       struct error *ret_error)
{
    if (!elf_read_headers(source, arena, ret_image, ret_error))
        return false;
    ret_image->notes.observer = observer;
    return elf_read_notes(source, arena, ret_image, ret_error);
}
