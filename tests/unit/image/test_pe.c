/* SPDX-License-Identifier: BSD-2-Clause */
/* The sections of PE files: where they are in a file and in memory, and damaged in every way. */
#include "tests/lib/pe_file.h"
#include "tests/lib/support.h"

#include "common/base/architecture.h"
#include "common/image/pe.h"

#include <stdlib.h>
#include <string.h>

static struct arena arena;

static int start(void **state)
{
    (void)state;
    arena_begin_test(&arena);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return arena_end_test(&arena);
}

/* Offsets in the files of tests/lib/pe_file.c. */
#define HEADER            0x80
#define COUNT             (HEADER + 6)
#define OPTIONAL_SIZE     (HEADER + 20)
#define TABLE             (HEADER + 24 + 240)
#define ROW(index)        (TABLE + (size_t)(index)*40)
#define VIRTUAL_SIZE(row) (ROW(row) + 8)
#define ADDRESS(row)      (ROW(row) + 12)
#define RAW_SIZE(row)     (ROW(row) + 16)
#define RAW_POINTER(row)  (ROW(row) + 20)

#define FIRST  0x1000 /* where the sections are */
#define SECOND 0x2000
#define THIRD  0x3000
#define END    0x4000

static const struct {
    const char *name, *text;
} three[] = {
    {".linux", "the kernel"},
    {".longest", "initrd"}, /* eight characters and no NUL */
    {".osrel", "ID=test\n"},
};

static struct pe_file make_three(void)
{
    struct pe_file file;

    pe_file_start(&file);
    for (size_t i = 0; i < ELEMENTS(three); i++)
        (void)pe_file_add_text(&file, three[i].name, three[i].text);
    assert_int_equal(file.size, END);
    return file;
}

static bool read_bytes(const uint8_t *bytes, size_t size, enum pe_layout layout,
                       struct pe_sections *ret_sections, struct error *error)
{
    struct test_source source;
    bool result;

    *error = (struct error){.code = ERROR_NONE};
    source_open(&source, bytes, size);
    result = pe_read_sections(&source.source, layout, &arena, ret_sections, error);
    source_close(&source);
    assert_int_equal(result, error->code == ERROR_NONE);
    return result;
}

/* A file of three sections with one field changed. */
static bool read_changed(enum pe_layout layout, size_t field, size_t width, uint64_t value,
                         struct pe_sections *ret, struct error *error)
{
    struct pe_file file = make_three();
    bool result;

    put_number(file.bytes + field, width, value);
    result = read_bytes(file.bytes, file.size, layout, ret, error);
    pe_file_free(&file);
    return result;
}

/* Fields that are not those of the layout say nothing, whatever they are. */
static void assert_layout(enum pe_layout layout, size_t other_place, size_t other_size)
{
    struct pe_file file = make_three();
    struct pe_sections sections;
    struct error error;

    for (size_t i = 0; i < ELEMENTS(three); i++) {
        put_number(file.bytes + ROW(i) + other_place, 4, 0x12345 + i);
        if (other_size)
            put_number(file.bytes + ROW(i) + other_size, 4, i);
    }
    assert_true(read_bytes(file.bytes, file.size, layout, &sections, &error));
    assert_int_equal(sections.count, ELEMENTS(three));
    for (size_t i = 0; i < ELEMENTS(three); i++) {
        const struct pe_section *section = &sections.items[i];

        assert_string_equal(section->name, three[i].name);
        assert_int_equal(section->bytes.start, FIRST * (i + 1));
        assert_int_equal(range_size(section->bytes), strlen(three[i].text));
        assert_int_equal(section->address, layout == PE_IN_FILE ? 0x12345 + i : FIRST * (i + 1));
    }
    pe_file_free(&file);
}

static void in_a_file_and_in_memory(void **state)
{
    (void)state;
    assert_layout(PE_IN_FILE, 12, 0);
    assert_layout(PE_IN_MEMORY, 20, 16);
}

static void what_is_no_program(void **state)
{
    static const struct {
        size_t field, width;
        uint64_t value;
    } rows[] = {
        {0, 1, 'm'},
        {1, 1, 'z'},
        {0x3c, 4, 0xffffffff},
        {0x3c, 4, 0x600},
        {HEADER, 1, 'p'},
        {HEADER + 3, 1, 1},
        {HEADER + 4, 2, 0x1c4}, /* 32-bit ARM */
        {HEADER + 4, 2, 0xaa64},
    };
    struct pe_sections sections;
    struct error error;

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        memset(&sections, 0xff, sizeof(sections));
        assert_false(read_changed(PE_IN_FILE, rows[i].field, rows[i].width, rows[i].value,
                                  &sections, &error));
        assert_error(&error, ERROR_NO_PROGRAM);
        assert_null(sections.items);
        assert_int_equal(sections.count, 0);
    }
}

/* The host's programs read images for either firmware; only the firmware's own can be started. */
static void for_either_firmware(void **state)
{
    static const unsigned machines[] = {PE_MACHINE_X64, PE_MACHINE_IA32};
    struct pe_file file = make_three();
    struct pe_sections sections;
    struct test_source source;
    struct error error;

    (void)state;
    for (size_t i = 0; i < ELEMENTS(machines); i++) {
        put_number(file.bytes + HEADER + 4, 2, machines[i]);
        assert_true(read_bytes(file.bytes, file.size, PE_IN_FILE, &sections, &error));
        assert_int_equal(sections.machine, machines[i]);
        assert_int_equal(sections.count, ELEMENTS(three));
        source_open(&source, file.bytes, file.size);
        assert_int_equal(pe_check_program(&source.source, &error),
                         machines[i] == FIRMWARE_PE_MACHINE);
        source_close(&source);
    }
    assert_error(&error, ERROR_NO_PROGRAM);
    pe_file_free(&file);
}

/* The headers may overlap: a file need not be longer than the first. */
static void the_shortest_program(void **state)
{
    uint8_t bytes[64] = "MZ\0\0PE\0";
    struct test_source source;
    struct error error;

    (void)state;
    put_number(bytes + 8, 2, FIRMWARE_PE_MACHINE);
    put_number(bytes + 0x3c, 4, 4);
    for (size_t size = 0; size <= sizeof(bytes); size++) {
        error = (struct error){.code = ERROR_NONE};
        source_open(&source, bytes, size);
        assert_int_equal(pe_check_program(&source.source, &error), size == sizeof(bytes));
        source_close(&source);
    }
}

static void damaged_tables(void **state)
{
    static const struct {
        size_t field, width;
        uint64_t value;
        enum error_code code;
        uint64_t start, bytes; /* what the message says, where it says them */
    } rows[] = {
        {COUNT, 2, 65535, ERROR_PE_SECTION_OUTSIDE, TABLE, 65535 * 40},
        {COUNT, 2, 400, ERROR_PE_SECTION_OUTSIDE, TABLE, 400 * 40},
        {OPTIONAL_SIZE, 2, 65535, ERROR_PE_SECTION_OUTSIDE, HEADER + 24 + 65535, 3 * 40},
        {RAW_POINTER(0), 4, 0xffffffff, ERROR_PE_SECTION_OUTSIDE, 0xffffffff, 10},
        {RAW_POINTER(2), 4, END - 7, ERROR_PE_SECTION_OUTSIDE, END - 7, 8},
        {RAW_POINTER(0), 4, SECOND - 9, ERROR_PE_SECTIONS_OVERLAP, 0, 0},
        {RAW_POINTER(2), 4, SECOND + 5, ERROR_PE_SECTIONS_OVERLAP, 0, 0},
        {RAW_POINTER(1), 4, FIRST, ERROR_PE_SECTIONS_OVERLAP, 0, 0},
        {RAW_POINTER(1), 4, 0, ERROR_PE_SECTIONS_OVERLAP, 0, 0}, /* with the headers */
        {RAW_POINTER(1), 4, ROW(3) - 1, ERROR_PE_SECTIONS_OVERLAP, 0, 0},
    };
    struct pe_sections sections;
    struct error error;

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        assert_false(read_changed(PE_IN_FILE, rows[i].field, rows[i].width, rows[i].value,
                                  &sections, &error));
        assert_error(&error, rows[i].code);
        if (rows[i].bytes > 0)
            assert_error(&error, rows[i].code, rows[i].start, rows[i].bytes, END);
    }
    assert_true(read_changed(PE_IN_FILE, RAW_POINTER(2), 4, END - 8, &sections, &error));
    assert_true(read_changed(PE_IN_FILE, RAW_POINTER(2), 4, SECOND + 6, &sections, &error));
    assert_true(read_changed(PE_IN_FILE, RAW_POINTER(1), 4, FIRST + 10, &sections, &error));
}

static void sizes_in_a_file(void **state)
{
    struct pe_sections sections;
    struct error error;

    (void)state;
    assert_true(read_changed(PE_IN_FILE, VIRTUAL_SIZE(1), 4, 0xffffffff, &sections, &error));
    assert_int_equal(range_size(sections.items[1].bytes), THIRD - SECOND);
    assert_true(read_changed(PE_IN_FILE, RAW_SIZE(1), 4, 3, &sections, &error));
    assert_int_equal(range_size(sections.items[1].bytes), 3);
    assert_true(read_changed(PE_IN_FILE, RAW_SIZE(1), 4, 0, &sections, &error)); /* .bss */
    assert_int_equal(range_size(sections.items[1].bytes), 0);
    assert_int_equal(sections.items[1].bytes.start, 0);
    assert_true(read_changed(PE_IN_FILE, VIRTUAL_SIZE(1), 4, 0, &sections, &error));
    assert_int_equal(range_size(sections.items[1].bytes), 0);
}

static void outside_memory(void **state)
{
    static const struct {
        size_t field;
        uint64_t value;
        enum error_code code;
    } rows[] = {
        {VIRTUAL_SIZE(2), END - THIRD + 1, ERROR_PE_SECTION_OUTSIDE},
        {VIRTUAL_SIZE(2), 0xffffffff, ERROR_PE_SECTION_OUTSIDE},
        {ADDRESS(2), 0xffffffff, ERROR_PE_SECTION_OUTSIDE},
        {ADDRESS(2), FIRST + 1, ERROR_PE_SECTIONS_OVERLAP},
        {ADDRESS(2), 0, ERROR_PE_SECTIONS_OVERLAP},
        {VIRTUAL_SIZE(0), SECOND - FIRST + 1, ERROR_PE_SECTIONS_OVERLAP},
    };

    struct pe_sections sections;
    struct error error;

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        assert_false(
            read_changed(PE_IN_MEMORY, rows[i].field, 4, rows[i].value, &sections, &error));
        assert_error(&error, rows[i].code);
    }
}

/* Linear work: the table is read in pieces, and sections in any order are sorted. */
static void none_and_most(void **state)
{
    const size_t count = 65535, size = ROW(count) + count;
    struct pe_sections sections;
    struct test_source source;
    struct pe_file empty;
    struct error error;
    uint8_t *file;

    (void)state;
    pe_file_start(&empty);
    file = empty.bytes;
    assert_true(read_bytes(file, TABLE, PE_IN_FILE, &sections, &error));
    assert_int_equal(sections.count, 0);
    assert_non_null(file = realloc(file, size));
    memset(file + TABLE, 0, size - TABLE);
    put_number(file + COUNT, 2, count);
    for (size_t i = 0; i < count; i++) {
        put_number(file + VIRTUAL_SIZE(i), 4, 1);
        put_number(file + RAW_SIZE(i), 4, 1);
        put_number(file + RAW_POINTER(i), 4, size - 1 - i);
    }
    source_open(&source, file, size);
    assert_true(pe_read_sections(&source.source, PE_IN_FILE, &arena, &sections, &error));
    assert_int_equal(sections.count, count);
    assert_int_equal(sections.items[count - 1].bytes.start, ROW(count));
    assert_in_range(source.reads, 1, 2 + count / 32 + 1);
    source_close(&source);
    free(file);
}

static void cut_everywhere(void **state)
{
    struct pe_file file = make_three();
    size_t end = THIRD + strlen(three[2].text);
    struct pe_sections sections;
    struct error error;

    (void)state;
    for (size_t cut = 0; cut < file.size; cut += cut < 2 * TABLE || cut > THIRD ? 1 : 61)
        assert_int_equal(read_bytes(file.bytes, cut, PE_IN_FILE, &sections, &error), cut >= end);
    pe_file_free(&file);
}

static void reads_and_memory_that_fail(void **state)
{
    struct pe_file file = make_three();
    struct pe_sections sections;
    struct test_source source;
    struct error error;
    bool read = false;
    size_t fail_at;

    (void)state;
    for (fail_at = 0; !read; fail_at++) {
        source_open(&source, file.bytes, file.size);
        source.fail_at = fail_at;
        read = pe_read_sections(&source.source, PE_IN_FILE, &arena, &sections, &error);
        if (!read)
            assert_error(&error, ERROR_READ);
        source_close(&source);
    }
    assert_int_equal(fail_at, 4); /* three reads */
    for (fail_at = 0; fail_at < 2; fail_at++) {
        arena_fail_after(fail_at);
        assert_false(read_bytes(file.bytes, file.size, PE_IN_FILE, &sections, &error));
        assert_error(&error, ERROR_OUT_OF_MEMORY);
    }
    arena_fail_after(NEVER);
    pe_file_free(&file);
}

#define MOST       6
#define SMALL_FILE 1024

/* What a table says, looked at one pair of sections after the other. */
static enum error_code judge(const struct range *ranges, size_t count, uint64_t size)
{
    enum error_code code = ERROR_NONE;

    for (size_t i = 0; i < count; i++) {
        if (range_size(ranges[i]) > 0 && ranges[i].end > size)
            return ERROR_PE_SECTION_OUTSIDE;
        if (range_overlaps(ranges[i], (struct range){0, ROW(count)}))
            code = ERROR_PE_SECTIONS_OVERLAP;
        for (size_t j = 0; j < i; j++) {
            if (range_overlaps(ranges[i], ranges[j]))
                code = ERROR_PE_SECTIONS_OVERLAP;
        }
    }
    return code;
}

static size_t put_random_rows(uint8_t *file, struct random *random, enum pe_layout layout,
                              struct range ranges[MOST])
{
    size_t count = random_below(random, MOST + 1);

    put_number(file + COUNT, 2, count);
    for (size_t i = 0; i < count; i++) {
        uint64_t start = ROW(random_chance(random, 90) ? MOST : 0) +
                         random_below(random, SMALL_FILE - ROW(MOST));
        uint64_t virtual_size = random_below(random, 80), raw_size = random_below(random, 80);
        uint64_t size = virtual_size;

        if (layout == PE_IN_FILE && raw_size < size)
            size = raw_size;
        ranges[i] = size ? (struct range){start, start + size} : (struct range){0, 0};
        put_number(file + VIRTUAL_SIZE(i), 4, virtual_size);
        put_number(file + RAW_SIZE(i), 4, raw_size);
        put_number(file + RAW_POINTER(i), 4, layout == PE_IN_FILE ? start : 0);
        put_number(file + ADDRESS(i), 4, layout == PE_IN_FILE ? 0 : start);
    }
    return count;
}

static void any_table(void **state)
{
    size_t good = 0, outside = 0, overlapping = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 4000; seed++) {
        struct random random = random_start(seed);
        enum pe_layout layout = random_chance(&random, 50) ? PE_IN_FILE : PE_IN_MEMORY;
        uint8_t file[SMALL_FILE] = {0};
        struct range ranges[MOST];
        struct pe_file empty;
        struct pe_sections sections;
        struct error error;
        size_t count;

        pe_file_start(&empty);
        memcpy(file, empty.bytes, TABLE);
        pe_file_free(&empty);
        count = put_random_rows(file, &random, layout, ranges);
        (void)read_bytes(file, sizeof(file), layout, &sections, &error);
        check(error.code == judge(ranges, count, sizeof(file)));
        good += error.code == ERROR_NONE;
        outside += error.code == ERROR_PE_SECTION_OUTSIDE;
        overlapping += error.code == ERROR_PE_SECTIONS_OVERLAP;
        for (size_t i = 0; error.code == ERROR_NONE && i < count; i++)
            check(memcmp(&sections.items[i].bytes, &ranges[i], sizeof(ranges[i])) == 0);
        arena_release(&arena);
    }
    assert_true(good > 400 && outside > 400 && overlapping > 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(in_a_file_and_in_memory, start, stop),
        cmocka_unit_test_setup_teardown(what_is_no_program, start, stop),
        cmocka_unit_test_setup_teardown(for_either_firmware, start, stop),
        cmocka_unit_test(the_shortest_program),
        cmocka_unit_test_setup_teardown(damaged_tables, start, stop),
        cmocka_unit_test_setup_teardown(sizes_in_a_file, start, stop),
        cmocka_unit_test_setup_teardown(outside_memory, start, stop),
        cmocka_unit_test_setup_teardown(none_and_most, start, stop),
        cmocka_unit_test_setup_teardown(cut_everywhere, start, stop),
        cmocka_unit_test_setup_teardown(reads_and_memory_that_fail, start, stop),
        cmocka_unit_test_setup_teardown(any_table, start, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
