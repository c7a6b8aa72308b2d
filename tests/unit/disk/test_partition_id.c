/* SPDX-License-Identifier: BSD-2-Clause */
/* PARTUUIDs in paths and in device paths; file systems by their magic numbers. */
#include "tests/lib/support.h"

#include "common/base/units.h"
#include "common/disk/file_system.h"
#include "common/disk/partition_id.h"

#include <string.h>

#define GUID "01234567-89ab-cdef-0123-456789ABCDEF"

static const struct partition_id guid_id = {
    PARTITION_SIGNATURE_GPT,
    {0x67, 0x45, 0x23, 0x01, 0xab, 0x89, 0xef, 0xcd, 1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef},
    0,
    0,
};

static void test_guid(void **state)
{
    struct partition_id id;
    const char *path;

    (void)state;
    assert_true(partition_id_parse_path("PARTUUID=" GUID ":/vmlinuz", &id, &path));
    assert_string_equal(path, "/vmlinuz");
    assert_true(partition_id_equals(&id, &guid_id));
    assert_int_equal(id.number, 0);
    assert_true(partition_id_parse_path("partuuid=" GUID ":x", &id, &path));
    assert_string_equal(path, "x");
}

static void test_mbr(void **state)
{
    struct partition_id id, wanted = {PARTITION_SIGNATURE_MBR, {0xa1, 0xb2, 0xc3, 0xd4}, 0x1f, 0};
    const char *path;

    (void)state;
    memset(&id, 0xff, sizeof(id)); /* nothing is left of what was there */
    assert_true(partition_id_parse_path("PARTUUID=d4c3b2a1-1f:\\x", &id, &path));
    assert_int_equal(id.start, 0);
    assert_string_equal(path, "\\x");
    assert_true(partition_id_equals(&id, &wanted));
    wanted.number++;
    assert_false(partition_id_equals(&id, &wanted));
    assert_true(partition_id_parse_path("PARTUUID=d4c3b2a1-01:x", &id, &path));
    assert_int_equal(id.number, 1);
    assert_false(partition_id_equals(&id, &wanted));
    assert_false(partition_id_equals(&wanted, &id));
}

/* Every beginning of a right one is wrong, and so is every other character in it. */
static void test_wrong(void **state)
{
    static const char *const right[] = {"PARTUUID=" GUID ":", "PARTUUID=d4c3b2a1-1f:"};
    struct partition_id id;
    const char *path;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        for (size_t at = 0; at < strlen(right[i]); at++) {
            char text[64];

            memcpy(text, right[i], strlen(right[i]) + 1);
            text[at] = 'g';
            assert_false(partition_id_parse_path(text, &id, &path));
            text[at] = '\0';
            assert_false(partition_id_parse_path(text, &id, &path));
        }
    }
    assert_false(partition_id_parse_path("PARTUUID=d4c3b2a1-00:/x", &id, &path));
    assert_false(partition_id_parse_path("/PARTUUID=d4c3b2a1-01:/x", &id, &path));
    assert_true(path_names_partition("PARTUUID="));
    assert_false(path_names_partition("PARTUUID"));
    assert_false(path_names_partition("/PARTUUID="));
}

static void test_node(void **state)
{
    uint8_t node[38] = {7, 0, 0, 0};
    struct partition_id id, mbr = {PARTITION_SIGNATURE_MBR, {0x67, 0x45, 0x23, 0x01}, 7, 0};

    (void)state;
    memcpy(node + 20, guid_id.signature, 16);
    node[37] = 2;
    assert_true(partition_id_from_node(node, sizeof(node), &id));
    assert_true(partition_id_equals(&id, &guid_id));
    assert_false(partition_id_from_node(node, sizeof(node) - 1, &id));
    node[37] = 1;
    assert_true(partition_id_from_node(node, sizeof(node), &id));
    assert_true(partition_id_equals(&id, &mbr));
    put_number(node + 4, 8, 0x123456789);
    assert_true(partition_id_from_node(node, sizeof(node), &id));
    assert_int_equal(id.start, 0x123456789);
    memset(node + 20, 0, 4); /* as a logical partition's */
    assert_false(partition_id_from_node(node, sizeof(node), &id));
    node[37] = 2;
    assert_true(partition_id_from_node(node, sizeof(node), &id));
    assert_int_equal(id.number, 0);
    assert_int_equal(id.start, 0);
    node[37] = 0;
    assert_false(partition_id_from_node(node, sizeof(node), &id));
}

/* Where they start counts more than their numbers, and without both, the disk is meant. */
static void test_mbr_places(void **state)
{
    static const struct {
        uint32_t number[2];
        uint64_t start[2];
        bool equal;
    } rows[] = {
        {{2, 2}, {4096, 4096}, true}, {{2, 3}, {4096, 4096}, true}, {{2, 2}, {4096, 4097}, false},
        {{2, 3}, {4096, 0}, false},   {{2, 2}, {4096, 0}, true},    {{2, 0}, {4096, 0}, true},
        {{2, 2}, {1, 2}, false},      {{2, 3}, {1, 1}, true},       {{1, 2}, {0, 0}, false},
        {{1, 1}, {0, 0}, true},       {{1, 0}, {0, 0}, true},       {{0, 0}, {0, 0}, true},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        struct partition_id a = {PARTITION_SIGNATURE_MBR, {1, 2, 3, 4}, 0, 0}, b;

        a.number = rows[i].number[0];
        a.start = rows[i].start[0];
        b = a;
        b.number = rows[i].number[1];
        b.start = rows[i].start[1];
        assert_int_equal(partition_id_equals(&a, &b), rows[i].equal);
        assert_int_equal(partition_id_equals(&b, &a), rows[i].equal);
        b.signature[15] = 5;
        assert_false(partition_id_equals(&a, &b));
        b.signature[15] = 0;
        b.kind = PARTITION_SIGNATURE_GPT;
        assert_false(partition_id_equals(&a, &b));
    }
}

static uint8_t probe[FILE_SYSTEM_PROBE_SIZE];

static const char *name_at(size_t offset, const char *magic, size_t size)
{
    const struct file_system *found;
    const char *name;

    memset(probe, 0, sizeof(probe));
    memcpy(probe + offset, magic, size);
    found = file_system_recognize(probe, sizeof(probe));
    name = found->name;
    /* What is cut off is not recognized, and not read. */
    assert_ptr_equal(file_system_recognize(probe, offset + size - 1)->driver, NULL);
    return name;
}

static void test_file_systems(void **state)
{
    (void)state;
    assert_string_equal(name_at(0, "XFSB", 4), "xfs");
    assert_string_equal(name_at(0x10040, "_BHRfS_M", 8), "btrfs");
    assert_string_equal(name_at(0, "LUKS\xba\xbe", 6), "LUKS (encrypted)");
    assert_string_equal(name_at(1024, "\x10\x20\xf5\xf2", 4), "f2fs");
    assert_string_equal(name_at(3, "NTFS    ", 8), "NTFS");
    assert_string_equal(name_at(82, "FAT32", 5), "FAT");
    assert_non_null(strstr(file_system_recognize(probe, sizeof(probe))->damage, "fsck.fat"));
    assert_string_equal(name_at(0, "nothing", 7), "an unknown one");
    assert_string_equal(file_system_recognize(probe, 0)->name, "an unknown one");
    assert_null(file_system_recognize(probe, 0)->damage);
}

/* One is worth looking for where there is one, or where nobody knows. */
static void test_drivers(void **state)
{
    (void)state;
    name_at(0x10040, "_BHRfS_M", 8);
    assert_true(file_system_may_have_driver(file_system_recognize(probe, sizeof(probe))));
    name_at(0, "XFSB", 4);
    assert_false(file_system_may_have_driver(file_system_recognize(probe, sizeof(probe))));
    assert_true(file_system_may_have_driver(file_system_recognize(probe, 0)));
}

static const struct file_system *ext(uint32_t compatible, uint32_t incompatible)
{
    memset(probe, 0, sizeof(probe));
    put_number(probe + 1024 + 0x38, 2, 0xef53);
    put_number(probe + 1024 + 0x5c, 4, compatible);
    put_number(probe + 1024 + 0x60, 4, incompatible);
    return file_system_recognize(probe, 1024 + 0x64);
}

static void test_ext(void **state)
{
    (void)state;
    assert_string_equal(ext(0x38, 0x2)->name, "ext2");
    assert_string_equal(ext(0x3c, 0x2)->name, "ext3");
    assert_string_equal(ext(0x39, 0x3)->name, "ext2");
    assert_string_equal(ext(0x4, 0x1)->name, "ext3");
    assert_string_equal(ext(0x4, 0x40)->name, "ext4");
    assert_string_equal(ext(0x4, 0x80)->name, "ext4");
    assert_string_equal(ext(0x4, 0x200)->name, "ext4");
    assert_null(strstr(ext(0x5, 0xdfff)->words, "0.14"));
    assert_string_equal(ext(0x3c, 0x242)->name, "ext4");
    assert_string_equal(ext(0x3c, 0x242)->driver, "ext4_x64.efi");
    assert_non_null(strstr(ext(0x3c, 0x242)->words, "ext4_x64.efi"));
    assert_non_null(strstr(ext(0x3c, 0x2242)->words, "metadata_csum_seed"));
    assert_non_null(strstr(ext(0x103c, 0x242)->words, "0.14"));
    assert_non_null(strstr(ext(0x103c, 0x242)->damage, "sparse"));
    assert_null(file_system_recognize(probe, 1024 + 0x63)->driver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_guid),       cmocka_unit_test(test_mbr),
        cmocka_unit_test(test_mbr_places), cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_node),       cmocka_unit_test(test_file_systems),
        cmocka_unit_test(test_drivers),    cmocka_unit_test(test_ext),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
