/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The search of an ELF file for its notes, and what is made of them. Headers are anything; a note
 * is anything that keeps what prove_elf_notes.c proves of one.
 * Bounds: HEADERS program headers and as many section headers; of a scan the last NOTES notes that
 * it may take.
 *
 * with: tests/proof/proof_source.c tests/proof/proof_copies.c common/base/error.c
 * with: common/base/text.c
 * cbmc: -DHEADERS=2 -DNOTES=2 --unwind 6
 */
#include "common/image/elf_headers.h"
#include "common/image/elf_notes.h"
#include "tests/proof/proof.h"
#include "tests/proof/stubs.h"

#define notes_scan(source, where, padding, notes, error)                                           \
    CALLEE(notes_scan, where)(source, where, padding, notes, error)
#define next_note(window, offset, end, padding, ...)                                               \
    CALLEE(next_note, padding)(window, offset, end, padding, __VA_ARGS__)
#define take_note(note, notes) CALLEE(take_note, notes)(note, notes)
#define scan_notes(reader, offset, size, align, notes)                                             \
    CALLEE(scan_notes, notes)(reader, offset, size, align, notes)

struct window;
static bool stub_notes_scan(struct byte_source *source, struct range where, unsigned padding,
                            struct elf_notes *notes, struct error *error);
static bool stub_next_note(struct window *window, uint64_t *offset, uint64_t end, unsigned padding,
                           struct note *ret_note, bool *ret_more, bool *ret_truncated);
static void stub_take_note(const struct note *note, struct elf_notes *notes);

static bool stub_scan_notes(struct elf_reader *reader, uint64_t offset, uint64_t size,
                            uint64_t align, struct elf_notes *notes);

#include "common/image/elf_notes.c"

static struct error error;
static struct elf_tables tables;
static struct elf_notes notes;

/* ------------------------------------------------------------------------------------------------
 * A scan
 */

static struct range scanned;
static unsigned taken;     /* notes */
static uint64_t taken_end; /* of the last one */
static bool has_ended;     /* there is no other note */

static bool stub_next_note(struct window *window, uint64_t *offset, uint64_t end, unsigned padding,
                           struct note *ret_note, bool *ret_more, bool *ret_truncated)
{
    PROVE(!has_ended, "nothing is read behind the last note");
    PROVE(end == scanned.end && *offset == taken_end, "a note begins where the one before ended");
    PROVE(padding == 4 || padding == 8, "notes are padded");
    *ret_more = nondet_bool();
    *ret_truncated |= !*ret_more && nondet_bool();
    if (nondet_bool())
        return error_set(window->error, ERROR_READ);
    has_ended = !*ret_more;
    if (has_ended)
        return true;
    __CPROVER_havoc_object(ret_note);
    ret_note->offset = *offset;
    *offset = nondet_u64();
    ASSUME(*offset >= taken_end + NOTE_HEADER_SIZE && *offset <= INT64_MAX);
    taken_end = *offset;
    return true;
}

static void stub_take_note(const struct note *note, struct elf_notes *to)
{
    PROVE(to == &notes && !has_ended, "each note is taken");
    PROVE(note->offset >= scanned.start && note->offset < taken_end, "it is one of those scanned");
    taken++;
}

static void prove_scan(uint64_t start, uint64_t end, bool is_wide)
{
    struct byte_source source = proof_source();
    unsigned before = nondet_u32();

    ASSUME(start <= end && end <= source.size);
    ASSUME(before >= MAX_NOTES - NOTES && before < UINT32_MAX / 2);
    notes.scanned = before;
    scanned = (struct range){start, end};
    taken_end = start;
    if (!real_notes_scan(&source, scanned, is_wide ? 8 : 4, &notes, &error)) {
        PROVE(error.code == ERROR_READ, "only a file that cannot be read fails");
        return;
    }
    PROVE(before + taken <= max_u64(before, MAX_NOTES), "no more notes are taken than may be");
    PROVE(has_ended || before + taken >= MAX_NOTES, "but those that there are");
    PROVE(notes.scanned > before, "each scan counts");
}

/* ------------------------------------------------------------------------------------------------
 * All of them
 */

static uint64_t file_size;
static unsigned scans;
static bool had_entry, was_truncated; /* by the first scan */

/* What a scan may find. */
static bool find_anything(struct elf_notes *to, struct error *ret_error)
{
    if (nondet_bool())
        return error_set(ret_error, ERROR_READ);
    to->truncated |= nondet_bool();
    if (!to->has_entry && nondet_bool()) {
        to->has_entry = true;
        to->entry_size = nondet_u32();
        to->entry_value = nondet_u64();
    }
    if (!to->relocation.present && nondet_bool()) {
        struct pvh_relocation relocation = {
            .present = true, .valid = nondet_bool(), .alignment = nondet_u32()};

        ASSUME(!relocation.valid || relocation.alignment == 0 ||
               is_power_of_two(relocation.alignment));
        to->relocation = relocation;
    }
    return true;
}

static bool stub_notes_scan(struct byte_source *source, struct range where, unsigned padding,
                            struct elf_notes *to, struct error *ret_error)
{
    PROVE(source->size == file_size && (range_size(where) == 0 || where.end <= file_size),
          "what is scanned is in the file");
    PROVE(padding == (scans == 0 ? 4 : 8) && !to->has_entry, "notes are looked for in both ways");
    scans++;
    if (!find_anything(to, ret_error))
        return false;
    if (scans == 1) {
        had_entry = to->has_entry;
        was_truncated = to->truncated;
    }
    return true;
}

static void prove_both_paddings(uint64_t offset, uint64_t size, uint64_t align)
{
    struct byte_source source = proof_source();
    struct elf_reader reader = {.source = &source, .error = &error};

    file_size = source.size;
    if (!real_scan_notes(&reader, offset, size, align, &notes))
        PROVE(error.code == ERROR_READ, "only a file that cannot be read fails");
    else
        PROVE(scans == (align == 8 && !had_entry ? 2 : 1) && notes.truncated == was_truncated,
              "a second scan is for want of an entry, and may run past the end");
}

static bool stub_scan_notes(struct elf_reader *reader, uint64_t offset, uint64_t size,
                            uint64_t align, struct elf_notes *to)
{
    (void)offset;
    (void)size;
    (void)align;
    return find_anything(to, reader->error);
}

bool elf_read_section_headers(struct elf_reader *reader)
{
    PROVE(!notes.has_entry, "sections are for want of an entry in the segments");
    reader->tables->sections.count = nondet_size();
    if (nondet_bool())
        return error_set(reader->error, ERROR_HEADERS_OUTSIDE_FILE);
    if (nondet_bool())
        return error_set(reader->error, ERROR_READ);
    ASSUME(reader->tables->sections.count <= HEADERS);
    return true;
}

struct elf_program_header elf_program_header(const struct elf_tables *from, size_t index)
{
    struct elf_program_header header;

    PROVE(index < from->programs.count, "a program header is one of the table");
    return header;
}

struct elf_section_header elf_section_header(const struct elf_tables *from, size_t index)
{
    struct elf_section_header header;

    PROVE(index < from->sections.count, "a section header is one of the table");
    return header;
}

bool elf_is_loaded(const struct elf_program_header *header)
{
    (void)header;
    return nondet_bool();
}

static struct elf_reader any_reader(struct byte_source *source)
{
    *source = proof_source();
    file_size = source->size;
    tables.programs.count = nondet_size();
    ASSUME(tables.programs.count <= HEADERS);
    return (struct elf_reader){.source = source, .error = &error, .tables = &tables};
}

static void prove_find(void)
{
    struct byte_source source;
    struct elf_reader reader = any_reader(&source);

    if (!elf_find_notes(&reader, &notes)) {
        PROVE(error.code != ERROR_NONE, "a refusal has a reason");
        PROVE(error.code != ERROR_HEADERS_OUTSIDE_FILE, "section headers are optional");
        return;
    }
    PROVE(notes.has_entry && (notes.entry_size == 4 || notes.entry_size == 8) &&
              notes.entry_value < UINT64_C(1) << 32,
          "the entry is an address of 32 bits");
    PROVE(!notes.relocation.valid || is_power_of_two(notes.relocation.alignment),
          "a kernel that can be moved has an alignment");
}

static void prove_default(struct pvh_relocation relocation)
{
    struct byte_source source;
    struct elf_reader reader = any_reader(&source);
    struct pvh_relocation before = relocation;

    complete_relocation(reader.tables, &relocation);
    PROVE(!before.present || is_power_of_two(relocation.alignment) || before.alignment != 0,
          "the default is a power of two");
    PROVE(before.present && before.alignment == 0 ? relocation.alignment >= PAGE_SIZE
                                                  : relocation.alignment == before.alignment,
          "of a page or more, where the note says nothing");
}

static void prove_ranges(size_t limit)
{
    struct byte_source source;
    struct elf_reader reader = any_reader(&source);
    struct range ranges[HEADERS];
    size_t count, at = nondet_size();

    ASSUME(limit <= HEADERS);
    count = elf_note_ranges(reader.tables, ranges, limit);
    PROVE(count <= limit, "no more are listed than there is room for");
    PROVE(at >= count || ranges[at].start <= ranges[at].end, "a range does not wrap");
}
