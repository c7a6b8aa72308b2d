/* SPDX-License-Identifier: BSD-2-Clause */
/* What a PE file's signature covers: its certificates, and the payload of a bzImage before them. */
#include "tests/lib/support.h"

#include "common/base/units.h"
#include "common/image/bzimage.h"
#include "common/image/pe.h"

#include <string.h>

#define COFF         0x40
#define HEADER       (COFF + 24)
#define COUNT        (HEADER + 108)
#define CERTIFICATES (HEADER + 144)
#define HEADERS_END  (CERTIFICATES + 8)
#define FILE_SIZE    0x1000
#define TABLE        0xf00

static struct {
    uint8_t bytes[FILE_SIZE];
    size_t size;
} file;

static struct error error;
static struct range table;

static int start(void **state)
{
    (void)state;
    memset(file.bytes, 0x5a, sizeof(file.bytes));
    memcpy(file.bytes, "MZ", 2);
    put_number(file.bytes + 0x3c, 4, COFF);
    memcpy(file.bytes + COFF, "PE\0", 4);
    put_number(file.bytes + COFF + 4, 2, 0x8664);
    put_number(file.bytes + HEADER, 2, 0x20b);
    put_number(file.bytes + COUNT, 4, 16);
    put_number(file.bytes + CERTIFICATES, 4, TABLE);
    put_number(file.bytes + CERTIFICATES + 4, 4, FILE_SIZE - TABLE);
    file.size = FILE_SIZE;
    error = (struct error){.code = ERROR_NONE};
    return 0;
}

static bool find(void)
{
    struct test_source source;
    bool found;

    source_open(&source, file.bytes, file.size);
    found = pe_find_certificates(&source.source, &table, &error);
    source_close(&source);
    assert_int_equal(found, error.code == ERROR_NONE);
    return found;
}

static void certificates_are_found(void **state)
{
    (void)state;
    assert_true(find());
    assert_int_equal(table.start, TABLE);
    assert_int_equal(table.end, FILE_SIZE);
    put_number(file.bytes + COUNT, 4, 5); /* just enough directories */
    put_number(file.bytes + CERTIFICATES + 4, 4, 1);
    assert_true(find());
    assert_int_equal(table.start, TABLE);
    assert_int_equal(table.end, TABLE + 1);
}

/* The fields of a PE32 file are shorter, and its directories come 16 bytes earlier. */
static void certificates_of_32_bits_are_found(void **state)
{
    (void)state;
    put_number(file.bytes + COFF + 4, 2, 0x14c);
    put_number(file.bytes + HEADER, 2, 0x10b);
    put_number(file.bytes + COUNT - 16, 4, 5);
    put_number(file.bytes + CERTIFICATES - 16, 4, TABLE + 8);
    put_number(file.bytes + CERTIFICATES - 12, 4, 24);
    assert_true(find());
    assert_int_equal(table.start, TABLE + 8);
    assert_int_equal(table.end, TABLE + 32);
    put_number(file.bytes + COUNT - 16, 4, 4);
    assert_true(find());
    assert_int_equal(table.start, FILE_SIZE);
}

static void a_file_without_certificates_has_none(void **state)
{
    static const struct {
        size_t offset;
        uint64_t value;
    } rows[] = {{CERTIFICATES + 4, 0}, {COUNT, 4}, {COUNT, 0}};

    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        (void)start(state);
        put_number(file.bytes + rows[i].offset, 4, rows[i].value);
        assert_true(find());
        assert_int_equal(table.start, FILE_SIZE);
        assert_int_equal(table.end, FILE_SIZE);
    }
}

static void certificates_outside_the_file(void **state)
{
    static const struct {
        uint64_t start, size;
    } rows[] = {{TABLE, FILE_SIZE - TABLE + 1},
                {TABLE + 1, FILE_SIZE - TABLE},
                {FILE_SIZE, 1},
                {UINT32_MAX, UINT32_MAX},
                {0, UINT32_MAX},
                {UINT32_MAX - 7, 8}};

    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        (void)start(state);
        put_number(file.bytes + CERTIFICATES, 4, rows[i].start);
        put_number(file.bytes + CERTIFICATES + 4, 4, rows[i].size);
        assert_false(find());
        assert_error(&error, ERROR_CERTIFICATES_OUTSIDE_FILE, rows[i].start + rows[i].size,
                     FILE_SIZE);
    }
}

static void what_is_no_program(void **state)
{
    static const struct {
        size_t offset, width;
        uint64_t value;
    } rows[] = {{0, 2, 0x5a4e},           {COFF, 4, 0x4551},
                {HEADER, 2, 0x107},       {0x3c, 4, UINT32_MAX},
                {0x3c, 4, FILE_SIZE - 4}, {0x3c, 4, FILE_SIZE - (HEADERS_END - COFF) + 1}};

    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        (void)start(state);
        if (i > 3) /* the header is where it leads to, but is cut off */
            memmove(file.bytes + rows[i].value, file.bytes + COFF, FILE_SIZE - rows[i].value);
        put_number(file.bytes + rows[i].offset, rows[i].width, rows[i].value);
        assert_false(find());
        assert_int_equal(error.code, ERROR_NO_PROGRAM);
    }
}

static void every_truncation_and_every_failing_read(void **state)
{
    for (size_t size = 0; size < HEADERS_END; size++) {
        (void)start(state);
        file.size = size;
        assert_false(find());
        assert_int_equal(error.code, ERROR_NO_PROGRAM);
    }
    for (size_t i = 0;; i++) {
        struct test_source source;
        bool found;

        (void)start(state);
        source_open(&source, file.bytes, file.size);
        source.fail_at = i;
        found = pe_find_certificates(&source.source, &table, &error);
        assert_int_equal(error.code, found ? ERROR_NONE : ERROR_READ);
        assert_int_equal(found, source.reads == i);
        source_close(&source);
        if (found)
            break;
    }
}

/* Payload from 0x500 on: two sectors of setup, and an offset of 0x100. */
#define PAYLOAD 0x500

static void put_bzimage(uint32_t length)
{
    memcpy(file.bytes + 0x202, "HdrS", 4);
    put_number(file.bytes + 0x206, 2, 0x208);
    file.bytes[0x1f1] = 1;
    put_number(file.bytes + 0x248, 4, PAYLOAD - 0x400);
    put_number(file.bytes + 0x24c, 4, length);
}

static bool check_before(uint64_t end)
{
    struct test_source source;
    bool good;

    error = (struct error){.code = ERROR_NONE};
    source_open(&source, file.bytes, file.size);
    good = bzimage_check_payload_before(&source.source, end, &error);
    source_close(&source);
    assert_int_equal(good, error.code == ERROR_NONE);
    return good;
}

static void the_payload_is_before_the_certificates(void **state)
{
    (void)state;
    put_bzimage(TABLE - PAYLOAD);
    assert_true(check_before(TABLE));
    assert_true(check_before(FILE_SIZE));
    assert_false(check_before(TABLE - 1));
    assert_error(&error, ERROR_PAYLOAD_UNSIGNED, TABLE, TABLE - 1);
    put_bzimage(TABLE - PAYLOAD + 1);
    assert_false(check_before(TABLE));
    assert_error(&error, ERROR_PAYLOAD_UNSIGNED, TABLE + 1, TABLE);
    put_bzimage(FILE_SIZE - PAYLOAD);
    assert_false(check_before(TABLE));
    assert_error(&error, ERROR_PAYLOAD_UNSIGNED, FILE_SIZE, TABLE);
    assert_false(check_before(0));
}

static void damaged_bzimages_are_refused(void **state)
{
    (void)state;
    put_bzimage(FILE_SIZE - PAYLOAD + 1);
    assert_false(check_before(TABLE));
    assert_int_equal(error.code, ERROR_PAYLOAD_OUTSIDE);
    put_bzimage(UINT32_MAX);
    assert_false(check_before(TABLE));
    assert_int_equal(error.code, ERROR_PAYLOAD_OUTSIDE);
    put_bzimage(4);
    assert_false(check_before(TABLE));
    assert_int_equal(error.code, ERROR_PAYLOAD_UNKNOWN);
    put_number(file.bytes + 0x206, 2, 0x207);
    assert_false(check_before(TABLE));
    assert_int_equal(error.code, ERROR_BZIMAGE_OLD);
}

static void other_files_have_no_payload(void **state)
{
    (void)state;
    assert_true(check_before(0));
    file.size = 0;
    assert_true(check_before(0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(certificates_are_found, start),
        cmocka_unit_test_setup(certificates_of_32_bits_are_found, start),
        cmocka_unit_test_setup(a_file_without_certificates_has_none, start),
        cmocka_unit_test_setup(certificates_outside_the_file, start),
        cmocka_unit_test_setup(what_is_no_program, start),
        cmocka_unit_test_setup(every_truncation_and_every_failing_read, start),
        cmocka_unit_test_setup(the_payload_is_before_the_certificates, start),
        cmocka_unit_test_setup(damaged_bzimages_are_refused, start),
        cmocka_unit_test_setup(other_files_have_no_payload, start),
    };

    return cmocka_run_group_tests_name("signed part", tests, NULL, NULL);
}
