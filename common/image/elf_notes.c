/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/image/elf_notes.h"

#include "common/base/bytes.h"
#include "common/base/overflow.h"
#include "common/base/text.h"
#include "common/image/elf_headers.h"

#include <string.h>

#define NOTE_HEADER_SIZE 12

/* Debian's and Fedora's kernels have the release in this note. */
#define LINUX_ELFNOTE_BUILD_SALT 0x100

/*
 * Bounds the work for a malicious file with a segment full of empty notes, named by every program
 * header. Real kernels have about twenty notes.
 */
#define MAX_NOTES 4096

/* Notes are small and adjacent: a single read of this size covers those of most kernels. */
struct window {
    struct byte_source *source;
    struct error *error;
    uint64_t start;
    size_t length;
    uint8_t bytes[2048];
};

/* Copies [offset, offset + length), which lies inside `limit`, reading ahead up to `limit`. */
static bool window_read(struct window *window, uint64_t offset, void *buffer, size_t length,
                        uint64_t limit)
{
    bool inside =
        offset >= window->start && fits_inside(offset - window->start, length, window->length);

    if (!inside) {
        window->start = offset;
        window->length = (size_t)min_u64(sizeof(window->bytes), limit - offset);
        if (!window->source->read(window->source, offset, window->bytes, window->length,
                                  window->error))
            return false;
    }
    memcpy(buffer, window->bytes + (offset - window->start), length);
    return true;
}

static bool note_is_from(const struct note *note, const char *owner)
{
    /* namesz includes the NUL; Xen's libelf requires exactly "Xen\0". */
    return note->name_size == strlen(owner) + 1 && memcmp(note->name, owner, note->name_size) == 0;
}

static void remember_note(const struct note *note, struct note_list *list)
{
    struct note_id id = {.type = note->type};

    for (size_t i = 0; i + 1 < sizeof(id.owner) && note->name[i]; i++)
        id.owner[i] = note->name[i] > ' ' && note->name[i] < 0x7f ? note->name[i] : '?';
    for (unsigned i = 0; i < list->kept; i++) {
        if (list->ids[i].type == id.type && strcmp(list->ids[i].owner, id.owner) == 0)
            return;
    }
    list->seen++;
    if (list->kept < NOTE_IDS_KEPT)
        list->ids[list->kept++] = id;
    else if (id.type == XEN_ELFNOTE_PHYS32_ENTRY)
        list->ids[NOTE_IDS_KEPT - 1] = id; /* a near miss is the most useful note to report */
}

static void take_entry(const struct note *note, struct elf_notes *notes)
{
    if (notes->has_entry)
        return;
    notes->has_entry = true;
    notes->entry_size = note->desc_size;
    notes->entry_value = note->desc_size == 8 ? read_le64(note->desc) : read_le32(note->desc);
}

/*
 * Up to three 32-bit values: alignment, lowest start, highest last byte. If the size is not a
 * multiple of 4, all are ignored, as in Xen's dom0 builder.
 */
static void take_relocation(const struct note *note, struct pvh_relocation *relocation)
{
    unsigned values = note->desc_size % 4 ? 0 : note->desc_size / 4;

    if (relocation->present)
        return;
    relocation->present = true;
    relocation->alignment = values >= 1 ? read_le32(note->desc) : 0;
    relocation->min = values >= 2 ? read_le32(note->desc + 4) : 0;
    relocation->max = values >= 3 ? read_le32(note->desc + 8) : UINT32_MAX;
    relocation->valid = relocation->min <= relocation->max &&
                        (values == 0 || is_power_of_two(relocation->alignment));
}

/* Appends to the name of the system and capitalizes it: "linux" becomes "Linux". */
static void append_system(struct elf_notes *notes, const char *separator, const uint8_t *string)
{
    struct text text = {notes->system, sizeof(notes->system), strlen(notes->system)};

    text_append(&text, separator);
    text_append_ascii(&text, (const char *)string);
    if (notes->system[0] >= 'a' && notes->system[0] <= 'z')
        notes->system[0] = (char)(notes->system[0] - 'a' + 'A');
}

static void take_xen_note(const struct note *note, struct elf_notes *notes)
{
    switch (note->type) {
    case XEN_ELFNOTE_PHYS32_ENTRY:
        take_entry(note, notes);
        break;
    case XEN_ELFNOTE_PHYS32_RELOC:
        take_relocation(note, &notes->relocation);
        break;
    case XEN_ELFNOTE_GUEST_OS:
        notes->is_linux |= text_equals_ignoring_case((const char *)note->desc, "linux");
        if (!notes->system[0])
            append_system(notes, "", note->desc);
        break;
    case XEN_ELFNOTE_GUEST_VERSION:
        /* Linux always says "2.6" here; its own note has the real version. */
        if (notes->system[0] && strcmp(notes->system, "Linux") != 0 && !strchr(notes->system, ' '))
            append_system(notes, " ", note->desc);
        break;
    }
}

static void take_note(const struct note *note, struct elf_notes *notes)
{
    remember_note(note, &notes->found);
    if (notes->visitor)
        notes->visitor->visit(notes->visitor, note);
    if (note_is_from(note, "Xen"))
        take_xen_note(note, notes);
    notes->is_linux |= note_is_from(note, "Linux");
    if (note_is_from(note, "Linux") && note->type == LINUX_ELFNOTE_BUILD_SALT &&
        (!notes->system[0] || strcmp(notes->system, "Linux") == 0) && note->desc[0]) {
        notes->system[0] = '\0';
        append_system(notes, "Linux ", note->desc);
    }
}

/*
 * Reads the note at *offset and advances *offset to the next. *ret_more is false if there is no
 * note, or if it runs past `end`, which sets *ret_truncated.
 */
static bool next_note(struct window *window, uint64_t *offset, uint64_t end, unsigned padding,
                      struct note *ret_note, bool *ret_more, bool *ret_truncated)
{
    uint8_t header[NOTE_HEADER_SIZE];
    uint64_t desc, next;

    *ret_more = false;
    if (!fits_inside(*offset, NOTE_HEADER_SIZE, end))
        return true;
    if (!window_read(window, *offset, header, sizeof(header), end))
        return false;

    *ret_note = (struct note){
        .offset = *offset,
        .name_size = read_le32(header),
        .desc_size = read_le32(header + 4),
        .type = read_le32(header + 8),
    };
    /* Cannot wrap: 32-bit sizes are added to an offset below 2^63. */
    desc = *offset + align_up(NOTE_HEADER_SIZE + (uint64_t)ret_note->name_size, padding);
    next = desc + align_up(ret_note->desc_size, padding);
    if (!fits_inside(desc, ret_note->desc_size, end)) {
        *ret_truncated = true;
        return true;
    }
    if (!window_read(window, *offset + NOTE_HEADER_SIZE, ret_note->name,
                     (size_t)min_u64(ret_note->name_size, NOTE_NAME_KEPT), end) ||
        !window_read(window, desc, ret_note->desc,
                     (size_t)min_u64(ret_note->desc_size, NOTE_DESC_KEPT), end))
        return false;
    *offset = next;
    *ret_more = true;
    return true;
}

bool notes_scan(struct byte_source *source, struct range where, unsigned padding,
                struct elf_notes *notes, struct error *error)
{
    struct window window = {.source = source, .error = error};
    uint64_t offset = where.start;
    struct note note;
    bool more;

    while (notes->scanned++ < MAX_NOTES) {
        if (!next_note(&window, &offset, where.end, padding, &note, &more, &notes->truncated))
            return false;
        if (!more)
            break;
        take_note(&note, notes);
    }
    return true;
}

/* The part of a note segment or section that is inside the file. */
static struct range clip_to_file(const struct elf_reader *reader, uint64_t offset, uint64_t size,
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
 * Notes are padded to 4 bytes in both classes, whatever p_align says. Some tools pad to 8 if
 * p_align is 8; a second scan finds their notes.
 */
static bool scan_notes(struct elf_reader *reader, uint64_t offset, uint64_t size, uint64_t align,
                       struct elf_notes *notes)
{
    struct range where = clip_to_file(reader, offset, size, &notes->truncated);
    bool truncated;

    if (!notes_scan(reader->source, where, 4, notes, reader->error))
        return false;
    if (notes->has_entry || align != 8)
        return true;
    truncated = notes->truncated; /* scanning with the wrong padding may run past the end */
    if (!notes_scan(reader->source, where, 8, notes, reader->error))
        return false;
    notes->truncated = truncated;
    return true;
}

static bool scan_note_segments(struct elf_reader *reader, struct elf_notes *notes)
{
    for (size_t i = 0; i < reader->tables->programs.count; i++) {
        struct elf_program_header header = elf_program_header(reader->tables, i);

        if (header.type == ELF_PROGRAM_NOTE &&
            !scan_notes(reader, header.offset, header.filesz, header.align, notes))
            return false;
    }
    return true;
}

/* Section headers are optional: a file whose section headers are outside it is not rejected. */
static bool read_optional_section_headers(struct elf_reader *reader)
{
    struct error error = {0};
    struct elf_reader quiet = *reader;

    quiet.error = &error;
    if (elf_read_section_headers(&quiet))
        return true;
    if (error.code == ERROR_HEADERS_OUTSIDE_FILE) {
        reader->tables->sections = (struct elf_table){0};
        return true;
    }
    *reader->error = error;
    return false;
}

/* Some linker scripts put the note into a section that no program header covers. */
static bool scan_note_sections(struct elf_reader *reader, struct elf_notes *notes)
{
    if (!read_optional_section_headers(reader))
        return false;
    for (size_t i = 0; i < reader->tables->sections.count; i++) {
        struct elf_section_header header = elf_section_header(reader->tables, i);

        if (header.type == ELF_SECTION_NOTE &&
            !scan_notes(reader, header.offset, header.size, header.align, notes))
            return false;
    }
    return true;
}

/* The default alignment of PHYS32_RELOC: as in Xen, the largest of the segments, or 2 MiB. */
static void complete_relocation(const struct elf_tables *tables, struct pvh_relocation *relocation)
{
    uint64_t alignment = 0;

    if (!relocation->present || relocation->alignment != 0)
        return;
    for (size_t i = 0; i < tables->programs.count; i++) {
        struct elf_program_header header = elf_program_header(tables, i);

        if (elf_is_loaded(&header))
            alignment = max_u64(alignment, header.align);
    }
    if (alignment < PAGE_SIZE || alignment > UINT32_MAX || !is_power_of_two(alignment))
        alignment = 2 * MIB;
    relocation->alignment = (uint32_t)alignment;
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

bool elf_find_notes(struct elf_reader *reader, struct elf_notes *notes)
{
    if (!scan_note_segments(reader, notes))
        return false;
    if (!notes->has_entry && !scan_note_sections(reader, notes))
        return false;
    complete_relocation(reader->tables, &notes->relocation);
    return check_entry_note(reader, notes);
}

size_t elf_note_ranges(const struct elf_tables *tables, struct range *ranges, size_t limit)
{
    size_t count = 0;

    for (size_t i = 0; i < tables->programs.count && count < limit; i++) {
        struct elf_program_header header = elf_program_header(tables, i);
        uint64_t end;

        if (header.type == ELF_PROGRAM_NOTE && checked_add(header.offset, header.filesz, &end))
            ranges[count++] = (struct range){header.offset, end};
    }
    return count;
}
