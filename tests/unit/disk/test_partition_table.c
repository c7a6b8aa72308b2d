/* SPDX-License-Identifier: BSD-2-Clause */
/* Partition tables made here, whole and damaged, and what sgdisk would call type EA00. */
#include "tests/lib/support.h"

#include "common/disk/crc32.h"
#include "common/disk/partition_table.h"

#include <string.h>

#define BLOCKS     256
#define LAST_BLOCK (BLOCKS - 1)
#define GUID_FILL  0x5a

/* How a table is made. */
struct shape {
    uint32_t block_size, count, entry_size, header_length;
    uint32_t found; /* the entry of the XBOOTLDR partition; `count` for none */
};

static const struct shape usual = {512, 128, 128, 92, 3};

static uint8_t disk[BLOCKS * 4096];
static size_t disk_size;

static void put_header(const struct shape *shape, uint64_t block, uint64_t other, uint64_t entries)
{
    uint8_t *header = disk + block * shape->block_size;
    size_t size = (size_t)shape->count * shape->entry_size;

    memset(header, 0xee, shape->block_size);
    memcpy(header, "EFI PART\0\0\1\0", 12);
    put_number(header + 12, 4, shape->header_length);
    put_number(header + 16, 4, 0);
    put_number(header + 24, 8, block);
    put_number(header + 32, 8, other);
    put_number(header + 72, 8, entries);
    put_number(header + 80, 4, shape->count);
    put_number(header + 84, 4, shape->entry_size);
    put_number(header + 88, 4, crc32_continue(0, disk + entries * shape->block_size, size));
    put_number(header + 16, 4, crc32_continue(0, header, shape->header_length));
}

static void put_entries(const struct shape *shape, uint64_t block)
{
    uint8_t *entries = disk + block * shape->block_size;

    for (uint32_t i = 0; i < shape->count; i++) {
        uint8_t *entry = entries + (size_t)i * shape->entry_size;

        if (i != shape->found)
            continue;
        memcpy(entry, xbootldr_gpt_type, sizeof(xbootldr_gpt_type));
        memset(entry + 16, GUID_FILL, 16);
    }
}

/* The first table right after its header, the backup's entries in the middle of the disk. */
static void make_gpt(const struct shape *shape)
{
    memset(disk, 0, sizeof(disk));
    disk_size = (size_t)BLOCKS * shape->block_size;
    disk[446 + 4] = 0xee;
    put_number(disk + 510, 2, 0xaa55);
    put_entries(shape, 2);
    put_entries(shape, BLOCKS / 2);
    put_header(shape, 1, LAST_BLOCK, 2);
    put_header(shape, LAST_BLOCK, 1, BLOCKS / 2);
}

static bool find(uint32_t block_size, struct partition_id *ret_id)
{
    struct test_source source;
    bool found;

    source_open(&source, disk, disk_size);
    found = partition_table_find_xbootldr(&source.source, block_size, ret_id);
    source_close(&source);
    return found;
}

static void assert_found(uint32_t block_size)
{
    struct partition_id id;

    assert_true(find(block_size, &id));
    assert_int_equal(id.kind, PARTITION_SIGNATURE_GPT);
    assert_int_equal(id.number, 0);
    for (size_t i = 0; i < sizeof(id.signature); i++)
        assert_int_equal(id.signature[i], GUID_FILL);
}

static void assert_not_found(uint32_t block_size)
{
    struct partition_id id;

    assert_false(find(block_size, &id));
}

static void test_shapes(void **state)
{
    static const struct shape shapes[] = {
        {512, 128, 128, 92, 0},   {512, 128, 128, 92, 127}, {512, 4, 128, 92, 3},
        {512, 128, 256, 92, 9},   {4096, 128, 128, 92, 5},  {512, 128, 128, 512, 7},
        {4096, 64, 4096, 200, 2}, {512, 128, 128, 93, 1},   {4096, 1024, 128, 92, 1023},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
        make_gpt(&shapes[i]);
        assert_found(shapes[i].block_size);
    }
}

static void test_without_xbootldr(void **state)
{
    struct shape shape = usual;

    (void)state;
    shape.found = shape.count;
    make_gpt(&shape);
    assert_not_found(512);
}

/* Only the beginning of an entry is its type, and the first of two partitions counts. */
static void test_what_is_in_entries(void **state)
{
    static const struct shape wide = {512, 64, 256, 92, 64};
    uint8_t *entries = disk + 2 * 512;

    (void)state;
    make_gpt(&wide);
    memcpy(entries + 5 * 256 + 128, xbootldr_gpt_type, sizeof(xbootldr_gpt_type));
    put_header(&wide, 1, LAST_BLOCK, 2);
    assert_not_found(512);
    for (size_t i = 6; i < 8; i++) {
        memcpy(entries + i * 256, xbootldr_gpt_type, sizeof(xbootldr_gpt_type));
        memset(entries + i * 256 + 16, i == 6 ? GUID_FILL : 0x11, 16);
    }
    put_header(&wide, 1, LAST_BLOCK, 2);
    assert_found(512);
}

static void test_illegal_shapes(void **state)
{
    static const struct shape shapes[] = {
        {4096, 1025, 128, 92, 3}, {512, 128, 64, 92, 4},  {512, 128, 192, 92, 4},
        {4096, 4, 8192, 92, 1},   {512, 128, 128, 91, 3}, {512, 128, 128, 513, 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
        make_gpt(&shapes[i]);
        assert_not_found(shapes[i].block_size);
    }
}

static void test_block_sizes(void **state)
{
    static const uint32_t wrong[] = {0, 256, 513, 1024};

    (void)state;
    make_gpt(&usual);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        assert_not_found(wrong[i]);
}

/* One bit of the first header, or of the first entries: the backup serves. Of both: nothing does.
 */
static void test_damage(void **state)
{
    (void)state;
    for (size_t at = 512; at < 1024 + 128 * 128; at += at < 604 ? 1 : 41) {
        if (at >= 604 && at < 1024)
            continue; /* after the header */
        make_gpt(&usual);
        disk[at] ^= 0x10;
        assert_found(512);
        disk[LAST_BLOCK * 512 + 20] ^= 1;
        disk[LAST_BLOCK * 512 + 80] ^= 1;
        assert_not_found(512);
    }
}

/* A disk that has grown: the backup is where the first header says. */
static void test_grown_disk(void **state)
{
    struct shape shape = usual;

    (void)state;
    make_gpt(&shape);
    memset(disk + LAST_BLOCK * 512, 0, 512);
    put_header(&shape, 200, 1, BLOCKS / 2);
    put_header(&shape, 1, 200, 2);
    disk[1024] ^= 1; /* the entries, not the header, which knows where the backup is */
    assert_found(512);
}

static void test_truncated(void **state)
{
    (void)state;
    for (size_t size = 0; size < 34 * 512; size += 64) {
        make_gpt(&usual);
        disk_size = size;
        assert_not_found(512);
    }
}

static void test_reads_that_fail(void **state)
{
    struct partition_id id;

    (void)state;
    make_gpt(&usual);
    memset(disk + LAST_BLOCK * 512, 0, 512);
    for (size_t i = 0; i < 4; i++) {
        struct test_source source;

        source_open(&source, disk, disk_size);
        source.fail_at = i;
        assert_false(partition_table_find_xbootldr(&source.source, 512, &id));
        source_close(&source);
    }
}

static void test_mbr(void **state)
{
    struct partition_id id;

    (void)state;
    for (uint32_t i = 0; i < 4; i++) {
        memset(disk, 0, 512);
        disk_size = 512;
        put_number(disk + 440, 4, 0x11223344);
        disk[446 + 16 * i + 4] = XBOOTLDR_MBR_TYPE;
        put_number(disk + 446 + 16 * i + 8, 4, 0xfffffff0 + i);
        assert_not_found(512);
        put_number(disk + 510, 2, 0xaa55);
        assert_true(find(512, &id));
        assert_int_equal(id.start, 0xfffffff0 + i);
        assert_int_equal(id.kind, PARTITION_SIGNATURE_MBR);
        assert_int_equal(id.number, i + 1);
        assert_not_found(0);
        assert_not_found(256);
        assert_not_found(513);
        assert_memory_equal(id.signature, "\x44\x33\x22\x11\0\0\0\0\0\0\0\0\0\0\0\0", 16);
        disk[446 + 16 * i + 4] = 0xef;
        assert_not_found(512);
    }
}

static bool locate(uint32_t number, uint64_t *ret_start)
{
    struct partition_id id = {.kind = PARTITION_SIGNATURE_MBR, .number = number};
    struct test_source source;
    bool found;

    source_open(&source, disk, disk_size);
    found = partition_table_locate(&source.source, 512, &id);
    *ret_start = id.start;
    source_close(&source);
    return found;
}

/* Linux's numbers are places in the table; what it does not tell is left as it is. */
static void test_places(void **state)
{
    uint64_t start;

    (void)state;
    memset(disk, 0, 512);
    disk_size = 512;
    put_number(disk + 446 + 8, 4, 2048);
    put_number(disk + 446 + 32 + 8, 4, 4096);
    assert_true(locate(3, &start));
    assert_int_equal(start, 0);
    put_number(disk + 510, 2, 0xaa55);
    assert_true(locate(1, &start));
    assert_int_equal(start, 2048);
    put_number(disk + 446 + 8, 4, 1);
    assert_true(locate(1, &start));
    assert_int_equal(start, 1);
    assert_false(locate(2, &start));
    assert_true(locate(3, &start));
    assert_int_equal(start, 4096);
    assert_false(locate(4, &start));
    assert_true(locate(5, &start));
    assert_int_equal(start, 0);
}

/* The checksum that everybody gives as an example. */
static void test_crc(void **state)
{
    (void)state;
    assert_int_equal(crc32_continue(0, (const uint8_t *)"123456789", 9), 0xcbf43926);
    assert_int_equal(
        crc32_continue(crc32_continue(0, (const uint8_t *)"1234", 4), (const uint8_t *)"56789", 5),
        0xcbf43926);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_without_xbootldr),
        cmocka_unit_test(test_what_is_in_entries),
        cmocka_unit_test(test_illegal_shapes),
        cmocka_unit_test(test_block_sizes),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_grown_disk),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_reads_that_fail),
        cmocka_unit_test(test_mbr),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_crc),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
