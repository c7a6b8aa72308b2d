/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/framebuffers.h"
#include "tests/lib/support.h"

#include "common/base/bytes.h"
#include "common/base/units.h"
#include "pvh/overlay/coreboot_table.h"

#include <stdlib.h>
#include <string.h>

#define HEADER      24
#define FRAMEBUFFER 40
#define LOG         16

/* QEMU's `-vga std`, as GOP describes it. */
static const struct framebuffer usual = FRAMEBUFFER_XRGB8888(0xc0000000, 1280, 800, 5120);

/* A ones-complement sum, as readers compute it: 0xffff with the checksum in it. */
static uint32_t sum(const uint8_t *bytes, size_t size)
{
    uint32_t total = 0;

    for (size_t i = 0; i < size; i += 2) {
        total += read_le16(bytes + i);
        total = (total & 0xffff) + (total >> 16);
    }
    return total;
}

/* Writes a table into memory of its exact size, and checks its header. */
static uint8_t *write_table(const struct framebuffer *framebuffer, uint64_t log, size_t records)
{
    const struct coreboot_table table = {framebuffer, log};
    uint32_t size = coreboot_table_size(&table);
    uint8_t *bytes = malloc(size);

    assert_int_equal(size, HEADER + (framebuffer ? FRAMEBUFFER : 0) + (log ? LOG : 0));
    memset(bytes, 0x5a, size);
    coreboot_table_write(bytes, &table);
    assert_memory_equal(bytes, "LBIO\x18\0\0\0", 8);
    assert_int_equal(sum(bytes, HEADER), 0xffff);
    assert_int_equal(read_le32(bytes + 12), size - HEADER);
    assert_int_equal(sum(bytes + HEADER, size - HEADER) + read_le32(bytes + 16), 0xffff);
    assert_int_equal(read_le32(bytes + 20), records);
    return bytes;
}

static void both_records(void **state)
{
    /* Byte by byte as lb_framebuffer and lb_cbmem_ref stand in coreboot's headers. */
    static const uint8_t records[] = {
        0x12, 0,    0,    0, 40, 0, 0,    0, 0, 0,  0,    0xc0, 0,    0,    0, 0, 0,  5, 0,
        0,    0x20, 3,    0, 0,  0, 0x14, 0, 0, 32, 16,   8,    8,    8,    0, 8, 24, 8, 0,
        0,    0,    0x17, 0, 0,  0, 16,   0, 0, 0,  0x78, 0x56, 0x34, 0x12, 0, 0, 0,  0};
    uint8_t *bytes = write_table(&usual, 0x12345678, 2);

    (void)state;
    assert_int_equal(sizeof(records), FRAMEBUFFER + LOG);
    assert_memory_equal(bytes + HEADER, records, sizeof(records));
    free(bytes);
}

static void one_record_or_none(void **state)
{
    uint8_t *bytes = write_table(&usual, 0, 1);

    (void)state;
    assert_int_equal(read_le32(bytes + HEADER), 0x12);
    free(bytes);
    bytes = write_table(NULL, 0x7ffe1000, 1);
    assert_int_equal(read_le32(bytes + HEADER), 0x17);
    assert_int_equal(read_le64(bytes + HEADER + 8), 0x7ffe1000);
    free(bytes);
    free(write_table(NULL, 0, 0));
}

/* Whatever the bytes sum up to, with all the carries. */
static void any_checksum(void **state)
{
    (void)state;
    for (uint64_t log = 0x7fff0000; log <= 0x7fffffff; log++)
        free(write_table(&usual, log, 2));
}

static void a_framebuffer_above_4_gib(void **state)
{
    struct framebuffer high = usual;
    uint8_t *bytes;

    (void)state;
    high.address = UINT64_C(0x3800000000);
    assert_true(framebuffer_is_known(&high));
    bytes = write_table(&high, 0, 1);
    assert_int_equal(read_le64(bytes + HEADER + 8), high.address);
    free(bytes);
}

/* SIMPLEFB_FORMATS of Linux, as its header has them. */
static void linux_formats_are_known(void **state)
{
    static const struct {
        uint8_t bits, red[2], green[2], blue[2], alpha[2];
    } formats[] = {
        {16, {11, 5}, {5, 6}, {0, 5}, {0, 0}},     {16, {11, 5}, {6, 5}, {1, 5}, {0, 1}},
        {16, {10, 5}, {5, 5}, {0, 5}, {0, 0}},     {16, {10, 5}, {5, 5}, {0, 5}, {15, 1}},
        {24, {16, 8}, {8, 8}, {0, 8}, {0, 0}},     {32, {16, 8}, {8, 8}, {0, 8}, {0, 0}},
        {32, {16, 8}, {8, 8}, {0, 8}, {24, 8}},    {32, {0, 8}, {8, 8}, {16, 8}, {24, 8}},
        {32, {20, 10}, {10, 10}, {0, 10}, {0, 0}}, {32, {20, 10}, {10, 10}, {0, 10}, {30, 2}},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(formats); i++) {
        struct framebuffer known = usual;

        known.bits_per_pixel = formats[i].bits;
        known.red = (struct pixel_field){formats[i].red[0], formats[i].red[1]};
        known.green = (struct pixel_field){formats[i].green[0], formats[i].green[1]};
        known.blue = (struct pixel_field){formats[i].blue[0], formats[i].blue[1]};
        known.reserved = (struct pixel_field){formats[i].alpha[0], formats[i].alpha[1]};
        assert_true(framebuffer_is_known(&known));
    }
}

static void other_formats_are_not(void **state)
{
    struct framebuffer other = usual;

    (void)state;
    other.bits_per_pixel = 24;
    assert_true(framebuffer_is_known(&other)); /* r8g8b8 */
    other.bits_per_pixel = 16;
    assert_false(framebuffer_is_known(&other));
    other = usual;
    other.red = usual.green;
    assert_false(framebuffer_is_known(&other));
    other = usual;
    other.green.size = 7;
    assert_false(framebuffer_is_known(&other));
    other = usual;
    other.blue.position = 1;
    assert_false(framebuffer_is_known(&other));
    other = (struct framebuffer){0};
    assert_false(framebuffer_is_known(&other));
}

/* Firmware lies: no base, no size, lines that overlap, more than Linux can count or reach. */
static void impossible_framebuffers(void **state)
{
    static const struct {
        uint64_t address;
        uint32_t width, height, pitch;
        bool known;
    } rows[] = {
        {0xc0000000, 1, 1, 4, true},
        {0, 1280, 800, 5120, false},
        {0xc0000000, 0, 800, 5120, false},
        {0xc0000000, 1280, 0, 5120, false},
        {0xc0000000, 1280, 800, 5119, false},
        {0xc0000000, 1280, 800, 0, false},
        {0xc0000000, UINT32_MAX, 1, UINT32_MAX, false},
        {0xc0000000, 1280, UINT32_MAX / 8192 + 1, 8192, false},
        {0xc0000000, 1280, UINT32_MAX / 8192, 8192, true},
        {0xc0000000, 1280, UINT32_MAX, UINT32_MAX, false},
        {0xc0000000, 1280, 1, 0xfffff000, true},
        {0xc0000000, 1280, 1, 0xfffff001, false},
        {UINT64_MAX - 800 * 5120 + 1, 1280, 800, 5120, false},
        {UINT64_MAX - 800 * 5120, 1280, 800, 5120, true},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        struct framebuffer framebuffer = usual;

        framebuffer.address = rows[i].address;
        framebuffer.width = rows[i].width;
        framebuffer.height = rows[i].height;
        framebuffer.pitch = rows[i].pitch;
        assert_int_equal(framebuffer_is_known(&framebuffer), rows[i].known);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_records),
        cmocka_unit_test(one_record_or_none),
        cmocka_unit_test(any_checksum),
        cmocka_unit_test(a_framebuffer_above_4_gib),
        cmocka_unit_test(linux_formats_are_known),
        cmocka_unit_test(other_formats_are_not),
        cmocka_unit_test(impossible_framebuffers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
