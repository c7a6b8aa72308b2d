/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/elf_file.h"

#include <stdlib.h>
#include <string.h>

/*
 * The file that most tests use, in both classes:
 *
 *   0 headers   0x200 notes   0x300 section headers   0x400 first segment   0x700 second
 */
#define FILE_SIZE 0x800
#define NOTES     0x200
#define SECTIONS  0x300
#define ENTRY     0x1000010

static const struct elf_program text_segment = {PT_LOAD, 0x400, 0,       0x1000000,
                                                0x300,   0x300, 0x200000};
static const struct elf_program data_segment = {PT_LOAD, 0x700,  0,     0x1000300,
                                                0x100,   0x4000, 0x1000};

static struct elf_file file;
static struct arena arena;
static struct elf_image image;
static struct error error;
static size_t reads;

static struct elf_program note_segment(size_t end)
{
    /* memsz is 0, as in GRUB's image: notes are read from the file. */
    return (struct elf_program){PT_NOTE, NOTES, 0, 0, end - NOTES, 0, 4};
}

static void add_segments(void)
{
    elf_add_program(&file, &text_segment);
    elf_add_program(&file, &data_segment);
}

static void create_without_note(unsigned bits)
{
    elf_create(&file, bits, FILE_SIZE);
    file.sections = SECTIONS;
    memset(file.bytes + NOTES, 0, 0x400 - NOTES);
}

/* Finishes a kernel with these two segments and the notes up to `end`. */
static void finish_with_notes(size_t end)
{
    struct elf_program notes = note_segment(end);

    add_segments();
    elf_add_program(&file, &notes);
}

static void create_kernel(unsigned bits)
{
    create_without_note(bits);
    finish_with_notes(elf_put_xen_note(&file, NOTES, XEN_ELFNOTE_PHYS32_ENTRY, ENTRY, 4));
}

static void start(void)
{
    arena = (struct arena){0};
    arena_fail_after(NEVER);
}

static void stop(void)
{
    arena_fail_after(NEVER);
    arena_release(&arena);
    assert_int_equal(arena_pieces(), 0);
}

static bool read_failing(size_t fail_at)
{
    struct test_source source;
    bool result;

    source_open(&source, file.bytes, file.size);
    source.fail_at = fail_at;
    result = elf_read(&source.source, &arena, &image, &error);
    reads = source.reads;
    source_close(&source);
    return result;
}

static bool read_image(void)
{
    return read_failing(NEVER);
}

/* Checks the invariants of every image. */
static void check_image(size_t file_size)
{
    uint64_t end = 0;
    bool entered = false;

    check(image.bits == 32 || image.bits == 64);
    check(image.machine == ELF_MACHINE_386 || image.machine == ELF_MACHINE_X86_64);
    check(image.segment_count >= 1);
    for (size_t i = 0; i < image.segment_count; i++) {
        const struct elf_segment *segment = &image.segments[i];

        check(segment->memsz > 0 && segment->filesz <= segment->memsz);
        check(segment->paddr < 4 * GIB && segment->memsz <= 4 * GIB - segment->paddr);
        check(segment->filesz == 0 ||
              (segment->offset <= file_size && segment->filesz <= file_size - segment->offset));
        check(segment->paddr >= end);
        end = segment->paddr + segment->memsz;
        entered |= image.entry_point >= segment->paddr &&
                   image.entry_point - segment->paddr < segment->filesz;
    }
    check(entered);
    check(image.span.start == image.segments[0].paddr && image.span.end == end);
    check(image.notes.has_entry && image.notes.entry_value == image.entry_point);
    check(!image.notes.relocation.present || image.notes.relocation.alignment != 0);
}

static void assert_good(void)
{
    start();
    if (!read_image())
        fail_msg("error %d", (int)error.code);
    current_seed = 0;
    check_image(file.size);
    assert_error(&error, ERROR_NONE);
}

#define assert_bad(...)                                                                            \
    do {                                                                                           \
        start();                                                                                   \
        assert_false(read_image());                                                                \
        assert_error(&error, __VA_ARGS__);                                                         \
        stop();                                                                                    \
        elf_free(&file);                                                                           \
    } while (0)

static void finish(void)
{
    stop();
    elf_free(&file);
}

static const unsigned both[] = {32, 64};
#define for_both_classes(bits)                                                                     \
    for (unsigned round = 0, (bits); round < 2 && ((bits) = both[round]) != 0; round++)

static void a_plain_kernel(void **state)
{
    (void)state;
    for_both_classes(bits)
    {
        create_kernel(bits);
        assert_good();
        assert_int_equal(image.bits, bits);
        assert_int_equal(image.machine, bits == 64 ? ELF_MACHINE_X86_64 : ELF_MACHINE_386);
        assert_int_equal(image.entry_point, ENTRY);
        assert_int_equal(image.segment_count, 2);
        assert_int_equal(image.segments[0].paddr, 0x1000000);
        assert_int_equal(image.segments[0].offset, 0x400);
        assert_int_equal(image.segments[0].filesz, 0x300);
        assert_int_equal(image.segments[0].header, 0);
        assert_int_equal(image.segments[1].paddr, 0x1000300);
        assert_int_equal(image.segments[1].memsz, 0x4000);
        assert_int_equal(image.segments[1].header, 1);
        assert_int_equal(image.span.start, 0x1000000);
        assert_int_equal(image.span.end, 0x1004300);
        assert_false(image.notes.relocation.present);
        assert_int_equal(reads, 3); /* header, program headers, notes; not the segments */
        finish();
    }
}

static void segments_are_sorted_and_empty_ones_left_out(void **state)
{
    const struct elf_program empty = {PT_LOAD, 0x400, 0, 0x500, 0, 0, 0x1000};
    const struct elf_program low = {PT_LOAD, 0x400, 0, 0, 0x30, 0x30, 1};
    const struct elf_program other = {0x6474e551, 0x700, 0, 0x77777, 0x10, 0x10, 1};

    (void)state;
    for_both_classes(bits)
    {
        struct elf_program notes;

        create_without_note(bits);
        notes = note_segment(elf_put_xen_note(&file, NOTES, 18, ENTRY, 8));
        elf_add_program(&file, &notes);
        elf_add_program(&file, &data_segment);
        elf_add_program(&file, &empty);
        elf_add_program(&file, &other);
        elf_add_program(&file, &text_segment);
        elf_add_program(&file, &low);
        assert_good();
        assert_int_equal(image.segment_count, 3);
        assert_int_equal(image.segments[0].header, 5);
        assert_int_equal(image.segments[1].header, 4);
        assert_int_equal(image.segments[2].header, 1);
        assert_int_equal(image.span.start, 0);
        finish();
    }
}

/* Linkers may give a segment without file bytes an offset past the end of the file. */
static void bss_needs_no_place_in_the_file(void **state)
{
    const struct elf_program bss = {PT_LOAD, FILE_SIZE + 0x3000, 0, 0x2000000, 0, 0x5000, 0x1000};

    (void)state;
    for_both_classes(bits)
    {
        create_kernel(bits);
        elf_add_program(&file, &bss);
        assert_good();
        assert_int_equal(image.segment_count, 3);
        assert_int_equal(image.span.end, 0x2005000);
        finish();
    }
}

static void machines_and_types(void **state)
{
    (void)state;
    for_both_classes(bits)
    {
        const uint16_t machines[] = {ELF_MACHINE_386, ELF_MACHINE_X86_64};

        for (size_t i = 0; i < 2; i++) { /* class 32 with x86-64 exists */
            create_kernel(bits);
            elf_set(&file, ELF_MACHINE, machines[i]);
            elf_set(&file, ELF_TYPE, 3); /* ET_DYN */
            assert_good();
            assert_int_equal(image.machine, machines[i]);
            finish();
        }
        create_kernel(bits);
        elf_set(&file, ELF_MACHINE, 183);
        assert_bad(ERROR_ELF_MACHINE, 183);
        create_kernel(bits);
        elf_set(&file, ELF_TYPE, 1);
        assert_bad(ERROR_ELF_TYPE, 1);
    }
}

static void files_that_are_no_elf(void **state)
{
    (void)state;
    create_kernel(64);
    memcpy(file.bytes, "MZ\0\0", 4);
    memcpy(file.bytes + 0x38, "ARM\x64", 4);
    assert_bad(ERROR_NOT_ELF, 0x5a4d, 0x644d5241);
    create_kernel(64);
    file.bytes[4] = 3;
    assert_bad(ERROR_ELF_HEADER, 3, 1);
    create_kernel(32);
    file.bytes[5] = 2; /* big-endian */
    assert_bad(ERROR_ELF_BIG_ENDIAN);
    create_kernel(32);
    file.bytes[4] = 3;
    file.bytes[5] = 2;
    assert_bad(ERROR_ELF_HEADER, 3, 2);
    create_kernel(32);
    file.bytes[5] = 3;
    assert_bad(ERROR_ELF_HEADER, 1, 3);
    create_kernel(64);
    file.size = 63;
    assert_bad(ERROR_TOO_SHORT, 63);
    create_kernel(32);
    file.size = 51;
    assert_bad(ERROR_TOO_SHORT, 51);
    create_kernel(32);
    file.size = 15;
    assert_bad(ERROR_TOO_SHORT, 15);
    create_kernel(32);
    file.size = 0;
    assert_bad(ERROR_TOO_SHORT, 0);
}

static void program_headers_that_are_not_there(void **state)
{
    (void)state;
    for_both_classes(bits)
    {
        uint64_t size = bits == 64 ? 56 : 32;

        create_kernel(bits);
        elf_set(&file, ELF_PHNUM, 0);
        assert_bad(ERROR_NO_SEGMENTS);
        create_kernel(bits);
        elf_set(&file, ELF_PHOFF, 0);
        assert_bad(ERROR_NO_SEGMENTS);
        create_kernel(bits);
        elf_set(&file, ELF_PHOFF, FILE_SIZE - size + 1);
        elf_set(&file, ELF_PHNUM, 1);
        assert_bad(ERROR_HEADERS_OUTSIDE_FILE, FILE_SIZE - size + 1, 1, size, FILE_SIZE);
        create_kernel(bits);
        elf_set(&file, ELF_PHENTSIZE, size - 1);
        assert_bad(ERROR_HEADERS_OUTSIDE_FILE, bits == 64 ? 64 : 52, 3, size - 1, FILE_SIZE);
        create_kernel(bits);
        elf_set(&file, ELF_PHNUM, 0xfffe);
        assert_bad(ERROR_HEADERS_OUTSIDE_FILE, bits == 64 ? 64 : 52, 0xfffe, size, FILE_SIZE);
    }
    create_kernel(64);
    elf_set(&file, ELF_PHOFF, UINT64_MAX - 50);
    assert_bad(ERROR_HEADERS_OUTSIDE_FILE, UINT64_MAX - 50, 3, 56, FILE_SIZE);
    create_kernel(64);
    elf_set(&file, ELF_PHENTSIZE, 0xffff);
    assert_bad(ERROR_HEADERS_OUTSIDE_FILE, 64, 3, 0xffff, FILE_SIZE);
}

/* Program headers may be larger than the known structure. */
static void larger_program_headers(void **state)
{
    const size_t entry_size = 64;
    uint8_t headers[3 * 56];

    (void)state;
    create_kernel(64);
    memcpy(headers, file.bytes + 64, sizeof(headers));
    for (size_t i = 0; i < 3; i++)
        memcpy(file.bytes + 64 + i * entry_size, headers + i * 56, 56);
    elf_set(&file, ELF_PHENTSIZE, entry_size);
    assert_good();
    assert_int_equal(image.segment_count, 2);
    finish();
}

static void only_notes_and_nothing_to_load(void **state)
{
    (void)state;
    for_both_classes(bits)
    {
        struct elf_program notes;

        create_without_note(bits);
        notes = note_segment(elf_put_xen_note(&file, NOTES, 18, ENTRY, 4));
        elf_add_program(&file, &notes);
        assert_bad(ERROR_NO_SEGMENTS);
    }
}

/* Adds a third segment, which must be refused. */
#define assert_bad_segment(bits, segment, ...)                                                     \
    do {                                                                                           \
        create_kernel(bits);                                                                       \
        elf_add_program(&file, &(const struct elf_program)segment);                                \
        assert_bad(__VA_ARGS__);                                                                   \
    } while (0)

#define SEGMENT(offset, paddr, filesz, memsz)                                                      \
    {                                                                                              \
        PT_LOAD, offset, 0, paddr, filesz, memsz, 0x1000                                           \
    }
#define UNPACK(...) __VA_ARGS__

static void segments_that_cannot_be(void **state)
{
    (void)state;
    for_both_classes(bits)
    {
        assert_bad_segment(bits, UNPACK(SEGMENT(0x400, 0x2000000, 0x11, 0x10)), ERROR_SEGMENT_SIZES,
                           3, 0x11, 0x10);
        assert_bad_segment(bits, UNPACK(SEGMENT(0x400, 0x2000000, 0x11, 0)), ERROR_SEGMENT_SIZES, 3,
                           0x11, 0);
        assert_bad_segment(bits, UNPACK(SEGMENT(FILE_SIZE - 1, 0x2000000, 2, 2)),
                           ERROR_SEGMENT_TRUNCATED, 3, FILE_SIZE - 1, 2, FILE_SIZE);
        assert_bad_segment(bits, UNPACK(SEGMENT(FILE_SIZE + 1, 0x2000000, 1, 2)),
                           ERROR_SEGMENT_TRUNCATED, 3, FILE_SIZE + 1, 1, FILE_SIZE);
        assert_bad_segment(bits, UNPACK(SEGMENT(0x400, 0x10042ff, 1, 1)), ERROR_SEGMENTS_OVERLAP, 1,
                           3, 0x10042ff, 0x1004300);
        assert_bad_segment(bits, UNPACK(SEGMENT(0x400, 0xfffff0, 0, 0x11)), ERROR_SEGMENTS_OVERLAP,
                           3, 0, 0x1000000, 0x1000001);
    }
    assert_bad_segment(32, UNPACK(SEGMENT(0x400, 0xfffffff0, 1, 0x11)), ERROR_SEGMENT_WRAPS, 3,
                       0xfffffff0, 0x11);
    assert_bad_segment(64, UNPACK(SEGMENT(0x400, UINT64_MAX, 1, 2)), ERROR_SEGMENT_WRAPS, 3,
                       UINT64_MAX, 2);
    assert_bad_segment(64, UNPACK(SEGMENT(0x400, 0xfffffff0, 1, 0x11)), ERROR_SEGMENT_TOO_HIGH, 3,
                       0xfffffff0, 0x100000001);
    assert_bad_segment(64, UNPACK(SEGMENT(0x400, 0xffffffff81000000, 1, 1)), ERROR_SEGMENT_TOO_HIGH,
                       3, 0xffffffff81000000, 0xffffffff81000001);
    assert_bad_segment(64, UNPACK(SEGMENT(UINT64_MAX, 0x2000000, 2, 2)), ERROR_SEGMENT_TRUNCATED, 3,
                       UINT64_MAX, 2, FILE_SIZE);
}

static void create_without_note_with(const struct elf_program *segment)
{
    create_without_note(64);
    add_segments();
    elf_add_program(&file, segment);
}

/* Where a file without the note is linked to is of no interest. */
static void a_missing_note_comes_before_link_addresses(void **state)
{
    (void)state;
    create_without_note_with(&(const struct elf_program)SEGMENT(0x400, 0xffffffff81000000, 1, 1));
    assert_bad(ERROR_NO_ENTRY_NOTE);
    create_without_note_with(&(const struct elf_program)SEGMENT(0x400, 0x10042ff, 1, 1));
    assert_bad(ERROR_NO_ENTRY_NOTE);
    create_without_note_with(&(const struct elf_program)SEGMENT(0x400, UINT64_MAX, 1, 2));
    assert_bad(ERROR_NO_ENTRY_NOTE);
    /* A file that is truncated may have lost it. */
    create_without_note_with(&(const struct elf_program)SEGMENT(FILE_SIZE - 1, 0x2000000, 2, 2));
    assert_bad(ERROR_SEGMENT_TRUNCATED);
}

/* Segments may be adjacent, and end at the end of the file and at 4 GiB. */
static void segments_at_the_limits(void **state)
{
    const struct elf_program touching[] = {
        SEGMENT(FILE_SIZE - 1, 0x1004300, 1, 1),
        SEGMENT(0x400, 0, 0x10, 0x1000000),
        SEGMENT(0x400, 0xfffffff0, 0, 0x10),
    };

    (void)state;
    for_both_classes(bits)
    {
        create_kernel(bits);
        for (size_t i = 0; i < ELEMENTS(touching); i++)
            elf_add_program(&file, &touching[i]);
        assert_good();
        assert_int_equal(image.span.start, 0);
        assert_int_equal(image.span.end, 4 * GIB);
        finish();
    }
}

static void create_with_entry(unsigned bits, uint64_t value, size_t width)
{
    create_without_note(bits);
    finish_with_notes(elf_put_xen_note(&file, NOTES, XEN_ELFNOTE_PHYS32_ENTRY, value, width));
}

static void entries_that_cannot_be(void **state)
{
    (void)state;
    for_both_classes(bits)
    {
        const size_t widths[] = {0, 1, 2, 3, 5, 7, 9, 16};
        const uint64_t outside[] = {0, 0xffffff, 0x1000400, 0x1004300, 0xffffffff};

        for (size_t i = 0; i < ELEMENTS(widths); i++) {
            create_with_entry(bits, ENTRY, widths[i]);
            assert_bad(ERROR_ENTRY_NOTE_SIZE, widths[i]);
        }
        create_with_entry(bits, 0x100000000 + ENTRY, 8);
        assert_bad(ERROR_ENTRY_NOTE_HIGH, 0x100000000 + ENTRY);
        create_with_entry(bits, 0xffffffff81000010, 8);
        assert_bad(ERROR_ENTRY_NOTE_HIGH, 0xffffffff81000010);
        for (size_t i = 0; i < ELEMENTS(outside); i++) {
            create_with_entry(bits, outside[i], 4);
            assert_bad(ERROR_ENTRY_OUTSIDE, outside[i], 0x1000000, 0x1004300);
        }
    }
}

/* The first and the last possible entry point: in a segment's file bytes, not in its bss. */
static void entries_at_the_limits(void **state)
{
    const uint32_t entries[] = {0x1000000, 0x10002ff, 0x1000300, 0x10003ff};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(entries); i++) {
        create_with_entry(64, entries[i], 8);
        assert_good();
        assert_int_equal(image.entry_point, entries[i]);
        finish();
    }
}

static void kernels_without_an_entry_note(void **state)
{
    (void)state;
    for_both_classes(bits)
    {
        size_t end;

        create_without_note(bits);
        add_segments();
        assert_bad(ERROR_NO_ENTRY_NOTE);
        assert_int_equal(error.notes.seen, 0);

        create_without_note(bits);
        end = elf_put_note(&file, NOTES, "GNU", 4, 3, "12345678", 8, 4);
        finish_with_notes(elf_put_note(&file, end, "nuttx", 6, 18, "\0\0\0\1", 4, 4));
        assert_bad(ERROR_NO_ENTRY_NOTE);
        assert_int_equal(error.notes.kept, 2);
        assert_string_equal(error.notes.ids[0].owner, "GNU");
        assert_int_equal(error.notes.ids[0].type, 3);
        assert_string_equal(error.notes.ids[1].owner, "nuttx");
        assert_int_equal(error.notes.ids[1].type, 18);
    }
}

static void notes_that_break_off(void **state)
{
    (void)state;
    for_both_classes(bits)
    {
        struct elf_program past_end = {PT_NOTE, FILE_SIZE - 8, 0, 0, 0x20, 0, 4};
        size_t end;

        create_without_note(bits);
        end = elf_put_xen_note(&file, NOTES, 18, ENTRY, 8);
        finish_with_notes(end - 1);
        assert_bad(ERROR_NOTES_TRUNCATED);

        create_without_note(bits);
        add_segments();
        elf_add_program(&file, &past_end);
        assert_bad(ERROR_NOTES_TRUNCATED);

        past_end.offset = UINT32_MAX;
        create_without_note(bits);
        add_segments();
        elf_add_program(&file, &past_end);
        assert_bad(ERROR_NOTES_TRUNCATED);

        create_kernel(bits); /* the entry point is used, although other notes are truncated */
        elf_add_program(&file, &past_end);
        assert_good();
        finish();
    }
}

static void several_note_segments(void **state)
{
    (void)state;
    for_both_classes(bits)
    {
        struct elf_program notes, without;
        size_t first, second;

        create_without_note(bits);
        first = elf_put_xen_note(&file, NOTES, 18, ENTRY, 4);
        second = elf_put_note(&file, first, "GNU", 4, 3, "1234", 4, 4);
        notes = note_segment(first);
        without = (struct elf_program){PT_NOTE, first, 0, 0x1000400, second - first, 0x20, 4};
        add_segments();
        elf_add_program(&file, &notes);
        elf_add_program(&file, &notes);   /* two of the same are normal */
        elf_add_program(&file, &without); /* and the last one must not be used */
        assert_good();
        assert_int_equal(image.entry_point, ENTRY);
        finish();
    }
}

static void notes_in_sections_only(void **state)
{
    (void)state;
    for_both_classes(bits)
    {
        struct elf_section none = {0}, notes = {SHT_NOTE, NOTES, 0, 4, 0};

        create_without_note(bits);
        add_segments();
        notes.size = elf_put_xen_note(&file, NOTES, 18, ENTRY, 4) - NOTES;
        elf_add_section(&file, &none);
        elf_add_section(&file, &notes);
        assert_good();
        assert_int_equal(image.entry_point, ENTRY);
        finish();
    }
}

/* When a segment has the note, sections are not read. */
static void sections_are_the_last_resort(void **state)
{
    (void)state;
    for_both_classes(bits)
    {
        const struct elf_section notes = {SHT_NOTE, NOTES, 20, 4, 0};

        create_kernel(bits);
        elf_add_section(&file, &notes);
        assert_good();
        assert_int_equal(reads, 3);
        finish();
    }
}

/* Damaged section headers neither prevent a boot nor cause a crash. */
static void damaged_section_headers(void **state)
{
    const uint64_t offsets[] = {FILE_SIZE, FILE_SIZE - 1, UINT32_MAX, 0x301};

    (void)state;
    for_both_classes(bits)
    {
        for (size_t i = 0; i < ELEMENTS(offsets); i++) {
            create_kernel(bits);
            elf_set(&file, ELF_SHOFF, offsets[i]);
            elf_set(&file, ELF_SHNUM, 100);
            assert_good();
            finish();

            create_without_note(bits);
            add_segments();
            elf_set(&file, ELF_SHOFF, offsets[i]);
            elf_set(&file, ELF_SHNUM, 100);
            assert_bad(ERROR_NO_ENTRY_NOTE);
        }
    }
}

static void notes_with_eight_byte_padding(void **state)
{
    (void)state;
    for_both_classes(bits)
    {
        const uint8_t entry[4] = {0x10, 0, 0, 1};
        struct elf_program notes;
        size_t end;

        create_without_note(bits); /* p_align 8, and padded to 8 */
        end = elf_put_note(&file, NOTES, "GNU", 4, 5, "123456789abc", 12, 8);
        notes = note_segment(elf_put_note(&file, end, "Xen", 4, 18, entry, 4, 8));
        notes.align = 8;
        add_segments();
        elf_add_program(&file, &notes);
        assert_good();
        assert_int_equal(image.entry_point, ENTRY);
        finish();

        create_without_note(bits); /* p_align 8, but padded to 4, as is usual */
        end = elf_put_note(&file, NOTES, "GNU", 4, 5, "123456789abc", 12, 4);
        notes = note_segment(elf_put_note(&file, end, "Xen", 4, 18, entry, 4, 4));
        notes.align = 8;
        add_segments();
        elf_add_program(&file, &notes);
        assert_good();
        assert_int_equal(image.entry_point, ENTRY);
        finish();
    }
}

static void create_with_relocation(unsigned bits, size_t desc_size, uint32_t alignment,
                                   uint32_t min, uint32_t max)
{
    uint8_t desc[12];
    size_t end;

    put_number(desc, 4, alignment);
    put_number(desc + 4, 4, min);
    put_number(desc + 8, 4, max);
    create_without_note(bits);
    end = elf_put_note(&file, NOTES, "Xen", 4, XEN_ELFNOTE_PHYS32_RELOC, desc, desc_size, 4);
    finish_with_notes(elf_put_xen_note(&file, end, XEN_ELFNOTE_PHYS32_ENTRY, ENTRY, 8));
}

static void relocation_notes(void **state)
{
    const struct {
        size_t size;
        uint32_t alignment, min, max;
        struct pvh_relocation expected;
    } rows[] = {
        /* The defaults: the largest alignment of the segments, from 0, up to 4 GiB. */
        {0, 0, 0, 0, {true, true, 0x200000, 0, UINT32_MAX}},
        {4, 0x10000, 0, 0, {true, true, 0x10000, 0, UINT32_MAX}},
        {8, 0x10000, 0x4000000, 0, {true, true, 0x10000, 0x4000000, UINT32_MAX}},
        {12, 0x200000, 0x1000000, 0x3fffffff, {true, true, 0x200000, 0x1000000, 0x3fffffff}},
    };

    (void)state;
    for_both_classes(bits)
    {
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
            create_with_relocation(bits, rows[i].size, rows[i].alignment, rows[i].min, rows[i].max);
            assert_good();
            assert_true(image.notes.relocation.present && image.notes.relocation.valid);
            assert_int_equal(image.notes.relocation.alignment, rows[i].expected.alignment);
            assert_int_equal(image.notes.relocation.min, rows[i].expected.min);
            assert_int_equal(image.notes.relocation.max, rows[i].expected.max);
            finish();
        }
        create_with_relocation(bits, 12, 3, 0,
                               UINT32_MAX); /* impossible: only usable at its link address */
        assert_good();
        assert_true(image.notes.relocation.present);
        assert_false(image.notes.relocation.valid);
        finish();
    }
}

/* The largest alignment of the segments that are loaded, or 2 MiB if that is none. */
static void default_alignments(void **state)
{
    static const struct {
        uint64_t text, data, notes, expected;
    } rows[] = {
        {0x4000, 0x1000, 4, 0x4000},
        {0x1000, 0x8000, 4, 0x8000},
        {0x1000, 0x1000, 0x10000, 0x1000},
        {0x80000000, 0x1000, 4, 0x80000000},
        {0, 0, 4, 2 * MIB},
        {1, 1, 0x10000, 2 * MIB},
        {0x800, 0x800, 4, 2 * MIB},
        {0x300000, 0x1000, 4, 2 * MIB},
        {0x1000, 0x3000, 4, 2 * MIB},
        {0x100000000, 0x1000, 4, 2 * MIB},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        const uint64_t alignments[] = {rows[i].text, rows[i].data, rows[i].notes};

        create_with_relocation(64, 0, 0, 0, 0);
        for (size_t program = 0; program < ELEMENTS(alignments); program++)
            put_number(file.bytes + elf_program_offset(&file, program) + 48, 8,
                       alignments[program]);
        assert_good();
        assert_int_equal(image.notes.relocation.alignment, rows[i].expected);
        finish();
    }
}

/* PN_XNUM: the number of program headers is in section header 0. */
static void more_program_headers_than_the_field_holds(void **state)
{
    (void)state;
    for_both_classes(bits)
    {
        struct elf_section first = {.info = 3};

        create_kernel(bits);
        elf_add_section(&file, &first);
        elf_set(&file, ELF_PHNUM, 0xffff);
        assert_good();
        assert_int_equal(image.segment_count, 2);
        finish();

        create_kernel(bits);
        first.info = 0x1000000; /* more than any linker writes, and than fit the file */
        elf_add_section(&file, &first);
        elf_set(&file, ELF_PHNUM, 0xffff);
        assert_bad(ERROR_HEADERS_OUTSIDE_FILE, bits == 64 ? 64 : 52, 0x1000000);

        create_kernel(bits);
        elf_set(&file, ELF_PHNUM, 0xffff); /* without the section header that has the number */
        assert_bad(ERROR_HEADERS_OUTSIDE_FILE, bits == 64 ? 64 : 52, 0xffff);

        create_kernel(bits);
        elf_set(&file, ELF_PHNUM, 0xffff);
        elf_set(&file, ELF_SHOFF, FILE_SIZE);
        assert_bad(ERROR_HEADERS_OUTSIDE_FILE, FILE_SIZE, 1);
    }
}

static void add_every_reader(unsigned bits)
{
    struct elf_section sections[] = {{.info = 2}, {SHT_NOTE, NOTES, 0, 4, 0}};

    create_without_note(bits);
    add_segments();
    sections[1].size = elf_put_xen_note(&file, NOTES, 18, ENTRY, 8) - NOTES;
    elf_add_section(&file, &sections[0]);
    elf_add_section(&file, &sections[1]);
    elf_set(&file, ELF_PHNUM, 0xffff);
}

/* Frees the file, which can be read with `reads_needed` reads. */
static void assert_every_read_may_fail(size_t reads_needed)
{
    size_t n = 0;

    for (bool done = false; !done; n++) {
        start();
        done = read_failing(n);
        assert_int_equal(error.code, done ? ERROR_NONE : ERROR_READ);
        stop();
    }
    assert_int_equal(n, reads_needed + 1);
    elf_free(&file);
}

static void every_read_may_fail(void **state)
{
    (void)state;
    for_both_classes(bits)
    {
        add_every_reader(bits);
        assert_every_read_may_fail(5); /* ELF header, section 0, programs, sections, notes */
        create_kernel(bits);
        assert_every_read_may_fail(3); /* ELF header, programs, notes */
    }
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for_both_classes(bits)
    {
        size_t n = 0;

        add_every_reader(bits);
        for (bool done = false; !done; n++) {
            start();
            arena_fail_after(n);
            done = read_image();
            assert_int_equal(done, !arena_has_failed());
            assert_int_equal(error.code, done ? ERROR_NONE : ERROR_OUT_OF_MEMORY);
            stop();
        }
        assert_int_equal(n, 6);
        elf_free(&file);
    }
}

/* Reads the file; an image must be valid, an error must have a code. */
static bool survives(void)
{
    bool result;

    start();
    result = read_image();
    if (result)
        check_image(file.size);
    else
        check(error.code > ERROR_OUT_OF_MEMORY && error.code <= ERROR_ENTRY_OUTSIDE);
    stop();
    return result;
}

static void every_truncation(void **state)
{
    (void)state;
    for_both_classes(bits)
    {
        create_kernel(bits);
        for (file.size = 0; file.size <= FILE_SIZE; file.size++) {
            current_seed = file.size;
            assert_int_equal(survives(), file.size == FILE_SIZE);
        }
        elf_free(&file);
    }
}

static void every_flipped_bit(void **state)
{
    (void)state;
    for_both_classes(bits)
    {
        size_t refused = 0;

        add_every_reader(bits);
        for (size_t bit = 0; bit < 0x400 * 8; bit++) {
            current_seed = bit;
            file.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
            refused += !survives();
            file.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        assert_in_range(refused, 300, 0x400 * 8 - 1);
        elf_free(&file);
    }
}

/* Fields of headers and notes get values at their limits. */
static void random_headers(void **state)
{
    static const uint64_t edges[] = {
        0,         1,          4,           8,         0x200,      FILE_SIZE,         0x1000000,
        INT32_MAX, UINT32_MAX, 0x100000000, INT64_MAX, UINT64_MAX, UINT64_MAX - 0xfff};

    (void)state;
    for (uint64_t seed = 1; seed <= 4000; seed++) {
        struct random random = random_start(seed);

        create_with_relocation(both[seed % 2], 12, 0x200000, 0x1000000, UINT32_MAX);
        for (size_t change = 1 + random_below(&random, 3); change > 0; change--) {
            size_t width = (size_t)1 << random_below(&random, 4);
            size_t offset = 16 + random_below(&random, NOTES + 0x40 - 16 - 8);
            uint64_t value = random_chance(&random, 80)
                                 ? edges[random_below(&random, ELEMENTS(edges))]
                                 : random_next(&random);

            put_number(file.bytes + (offset & ~(width - 1)), width, value);
        }
        survives();
        elf_free(&file);
    }
}

/* The ranges to keep from a stream are those of the note segments, up to the limit. */
static void the_ranges_of_notes(void **state)
{
    const struct elf_program second = {PT_NOTE, 0x3000, 0, 0, 0x20, 0, 4};
    const struct elf_program past_all_bounds = {PT_NOTE, UINT64_MAX - 8, 0, 0, 0x20, 0, 4};
    struct range ranges[4];
    struct test_source source;

    (void)state;
    create_kernel(64);
    elf_add_program(&file, &second);
    elf_add_program(&file, &past_all_bounds);
    start();
    source_open(&source, file.bytes, file.size);
    assert_true(elf_read_headers(&source.source, &arena, &image, &error));
    assert_int_equal(elf_note_ranges(image.tables, ranges, ELEMENTS(ranges)), 2);
    assert_int_equal(ranges[0].start, NOTES);
    assert_true(ranges[0].end > NOTES);
    assert_int_equal(ranges[1].start, 0x3000);
    assert_int_equal(ranges[1].end, 0x3020);
    assert_int_equal(elf_note_ranges(image.tables, ranges, 1), 1);
    assert_int_equal(elf_note_ranges(image.tables, ranges, 0), 0);
    source_close(&source);
    finish();
}

static size_t notes_shown;

static void show_note(struct note_visitor *visitor, const struct note *note)
{
    (void)visitor;
    notes_shown++;
    assert_string_equal(note->name, "Xen");
    assert_int_equal(note->type, XEN_ELFNOTE_PHYS32_ENTRY);
}

static void a_visitor_is_shown_the_notes(void **state)
{
    struct note_visitor visitor = {show_note};
    struct test_source source;

    (void)state;
    create_kernel(64);
    start();
    notes_shown = 0;
    source_open(&source, file.bytes, file.size);
    assert_true(elf_read_with_visitor(&source.source, &arena, &visitor, &image, &error));
    assert_int_equal(notes_shown, 1);
    source_close(&source);
    finish();
}

/* Called after failed assertions too, so that the next test starts from scratch. */
static int clean_up(void **state)
{
    (void)state;
    arena_fail_after(NEVER);
    arena_release(&arena);
    elf_free(&file);
    return 0;
}

#define test(function) cmocka_unit_test_teardown(function, clean_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_plain_kernel),
        test(segments_are_sorted_and_empty_ones_left_out),
        test(bss_needs_no_place_in_the_file),
        test(machines_and_types),
        test(files_that_are_no_elf),
        test(program_headers_that_are_not_there),
        test(larger_program_headers),
        test(only_notes_and_nothing_to_load),
        test(segments_that_cannot_be),
        test(a_missing_note_comes_before_link_addresses),
        test(segments_at_the_limits),
        test(entries_that_cannot_be),
        test(entries_at_the_limits),
        test(kernels_without_an_entry_note),
        test(notes_that_break_off),
        test(several_note_segments),
        test(notes_in_sections_only),
        test(sections_are_the_last_resort),
        test(damaged_section_headers),
        test(notes_with_eight_byte_padding),
        test(relocation_notes),
        test(default_alignments),
        test(more_program_headers_than_the_field_holds),
        test(the_ranges_of_notes),
        test(a_visitor_is_shown_the_notes),
        test(every_read_may_fail),
        test(every_allocation_may_fail),
        test(every_truncation),
        test(every_flipped_bit),
        test(random_headers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
