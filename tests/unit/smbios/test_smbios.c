/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/smbios/smbios.h"

#include <stdlib.h>
#include <string.h>

static uint8_t entry[SMBIOS_ENTRY_POINT_SIZE];

static void add_up(uint8_t *bytes, size_t size, size_t sum)
{
    uint8_t total = 0;

    bytes[sum] = 0;
    for (size_t i = 0; i < size; i++)
        total = (uint8_t)(total + bytes[i]);
    bytes[sum] = (uint8_t)-total;
}

static void make_version_3(uint64_t address, uint32_t size)
{
    memset(entry, 0, sizeof(entry));
    memcpy(entry, "_SM3_", 5);
    entry[6] = 24;
    put_number(entry + 12, 4, size);
    put_number(entry + 16, 8, address);
    add_up(entry, 24, 5);
}

static void make_version_2(uint32_t address, uint16_t size, uint8_t length)
{
    memset(entry, 0, sizeof(entry));
    memcpy(entry, "_SM_", 4);
    entry[5] = length;
    memcpy(entry + 16, "_DMI_", 5);
    put_number(entry + 22, 2, size);
    put_number(entry + 24, 4, address);
    add_up(entry + 16, 15, 5);
    add_up(entry, length, 4);
}

static void entry_points(void **state)
{
    struct smbios_tables tables;

    (void)state;
    make_version_3(0x1234567890, 5000);
    assert_true(smbios_read_entry_point(entry, &tables));
    assert_int_equal(tables.address, 0x1234567890);
    assert_int_equal(tables.size, 5000);
    make_version_3(4, UINT32_MAX);
    assert_true(smbios_read_entry_point(entry, &tables));
    assert_int_equal(tables.size, SMBIOS_TABLES_MAX);
    make_version_2(0xf1000, 300, 31);
    assert_true(smbios_read_entry_point(entry, &tables));
    assert_int_equal(tables.address, 0xf1000);
    assert_int_equal(tables.size, 300);
    make_version_2(0xf1000, 300, 30);
    assert_true(smbios_read_entry_point(entry, &tables));
}

static void damaged_entry_points(void **state)
{
    struct smbios_tables tables;

    (void)state;
    for (size_t i = 0; i < 31; i++) {
        make_version_2(0xf1000, 300, 31);
        entry[i] ^= 0x40;
        assert_false(smbios_read_entry_point(entry, &tables));
        make_version_3(0xf1000, 300);
        entry[i] ^= 0x40;
        assert_int_equal(smbios_read_entry_point(entry, &tables), i >= 24);
    }
    make_version_3(0, 300);
    assert_false(smbios_read_entry_point(entry, &tables));
    make_version_3(300, 0);
    assert_false(smbios_read_entry_point(entry, &tables));
    make_version_2(300, 30, 29);
    assert_false(smbios_read_entry_point(entry, &tables));
}

/* Every letter of them counts, also where the sums are right. */
static void other_anchors(void **state)
{
    struct smbios_tables tables;

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        make_version_3(0xf1000, 300);
        entry[i] ^= 0x40;
        add_up(entry, 24, 5);
        assert_false(smbios_read_entry_point(entry, &tables));
        make_version_2(0xf1000, 300, 31);
        entry[16 + i] ^= 0x40;
        add_up(entry + 16, 15, 5);
        add_up(entry, 31, 4);
        assert_false(smbios_read_entry_point(entry, &tables));
    }
    for (size_t i = 0; i < 4; i++) {
        make_version_2(0xf1000, 300, 31);
        entry[i] ^= 0x40;
        add_up(entry, 31, 4);
        assert_false(smbios_read_entry_point(entry, &tables));
    }
}

/* Structures in memory of exactly their size, so that reading on is noticed. */
static void check_strings(const char *bytes, size_t size, const char *const *wanted)
{
    uint8_t *copy = malloc(size ? size : 1);
    struct smbios_walk walk = {.bytes = copy, .size = size};
    const char *string;

    memcpy(copy, bytes, size);
    while ((string = smbios_next_oem_string(&walk))) {
        assert_non_null(*wanted);
        assert_string_equal(string, *wanted++);
    }
    assert_null(*wanted);
    assert_null(smbios_next_oem_string(&walk));
    free(copy);
}

#define CHECK(bytes, ...)                                                                          \
    check_strings(bytes, sizeof(bytes) - 1, (const char *const[]){__VA_ARGS__, NULL})

#define BIOS   "\0\6\0\0xyvendor\0version\0\0"
#define PLAIN  "\1\5\1\0x\0\0"
#define OEM(s) "\013\5\2\0\1" s "\0"
#define END    "\177\4\3\0\0\0"

static void strings(void **state)
{
    (void)state;
    CHECK(BIOS PLAIN OEM("a\0b=c\0") PLAIN OEM("d\0") END OEM("no\0"), "a", "b=c", "d");
    CHECK(OEM("a\0"), "a");
    CHECK(OEM("\0") OEM("b\0"), "b");
    CHECK("\1\4\0\0\0\0" OEM("b\0"), "b"); /* nothing but a header */
    CHECK(END, NULL);
    CHECK("", NULL);
}

/* What comes before the damage counts. */
static void damaged_structures(void **state)
{
    static const char whole[] = OEM("a\0bc\0") PLAIN OEM("d\0");
    static const char *const wanted[] = {"a", "bc", "d"};

    (void)state;
    CHECK(OEM("a\0") "\013\3\0\0x\0\0", "a");
    CHECK(OEM("a\0") "\013\xff\0\0x\0\0", "a");
    CHECK(OEM("a\0") "\013\5\0\0", "a");
    CHECK(OEM("a\0") "\013\5\0\0\1b", "a");
    for (size_t size = 0; size < sizeof(whole) - 1; size++) {
        size_t count = size < 8 ? 0 : size < 11 ? 1 : size < 26 ? 2 : 3;
        const char *expected[4] = {NULL};

        for (size_t i = 0; i < count; i++)
            expected[i] = wanted[i];
        check_strings(whole, size, expected);
    }
}

static void random_structures(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        struct random random = random_start(seed);
        size_t size = random_below(&random, 200), count = 0;
        uint8_t *bytes = malloc(size ? size : 1);
        struct smbios_walk walk = {.bytes = bytes, .size = size};

        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)random_below(&random, 13);
        for (const char *string; (string = smbios_next_oem_string(&walk)); count++)
            assert_true((const uint8_t *)string + strlen(string) < bytes + size);
        assert_true(count <= size);
        free(bytes);
    }
}

#define SYSTEM(uuid) "\1\33\1\0xxxx" uuid "xx\0name\0\0"
#define UUID         "0123456789abcdef"

static bool read_uuid(const char *bytes, size_t size, uint8_t *ret_uuid)
{
    uint8_t *copy = malloc(size ? size : 1);
    struct smbios_walk tables = {.bytes = copy, .size = size};
    bool found;

    memcpy(copy, bytes, size);
    found = smbios_read_uuid(&tables, ret_uuid);
    free(copy);
    return found;
}

#define READ_UUID(bytes) read_uuid(bytes, sizeof(bytes) - 1, uuid)

static void uuids(void **state)
{
    static const char whole[] = BIOS SYSTEM(UUID);
    uint8_t uuid[SMBIOS_UUID_SIZE];

    (void)state;
    assert_true(READ_UUID(BIOS OEM("a\0") SYSTEM(UUID) SYSTEM("fedcba9876543210") END));
    assert_memory_equal(uuid, UUID, sizeof(uuid));
    assert_true(READ_UUID(PLAIN SYSTEM(UUID))); /* the first one is of version 2.0 */
    assert_false(READ_UUID(SYSTEM("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")));
    assert_false(READ_UUID(SYSTEM("\xff\xff\xff\xff\xff\xff\xff\xff"
                                  "\xff\xff\xff\xff\xff\xff\xff\xff")));
    /* The UUID ends the structure. */
    assert_true(READ_UUID("\1\30\1\0xxxx" UUID "\0\0"));
    assert_memory_equal(uuid, UUID, sizeof(uuid));
    /* One byte is enough to be no such pattern, and only these two are none. */
    assert_true(READ_UUID(SYSTEM("\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0")));
    assert_true(READ_UUID(SYSTEM("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1")));
    assert_true(READ_UUID(SYSTEM("\0\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1")));
    assert_true(READ_UUID(SYSTEM("\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1")));
    assert_false(READ_UUID(END SYSTEM(UUID)));
    assert_false(READ_UUID(""));
    for (size_t size = 0; size < sizeof(BIOS) - 1 + 28; size++)
        assert_false(read_uuid(whole, size, uuid));
}

/* The names' numbers, and the strings. */
#define NAMED(numbers, s) "\1\6\1\0" numbers s "\0"

static void check_names(const char *bytes, size_t size, const char *manufacturer,
                        const char *product)
{
    uint8_t *copy = malloc(size ? size : 1);
    struct smbios_walk tables = {.bytes = copy, .size = size};

    memcpy(copy, bytes, size);
    assert_string_equal(smbios_system_name(&tables, SMBIOS_MANUFACTURER), manufacturer);
    assert_string_equal(smbios_system_name(&tables, SMBIOS_PRODUCT), product);
    free(copy);
}

#define CHECK_NAMES(bytes, ...) check_names(bytes, sizeof(bytes) - 1, __VA_ARGS__)

static void names(void **state)
{
    static const char whole[] = BIOS NAMED("\1\2", "maker\0product\0");

    (void)state;
    CHECK_NAMES(BIOS OEM("a\0") NAMED("\1\2", "maker\0product\0") NAMED("\1\2", "a\0b\0") END,
                "maker", "product");
    CHECK_NAMES(NAMED("\3\1", "product\0version\0maker\0"), "maker", "product");
    CHECK_NAMES(NAMED("\0\1", "product\0"), "", "product");
    CHECK_NAMES(NAMED("\1\2", "m\0p\0"), "m", "p");
    CHECK_NAMES(NAMED("\4\1", "product\0") NAMED("\1\2", "a\0b\0"), "", "product");
    CHECK_NAMES(NAMED("\2\1", "product\0"), "", "product");
    CHECK_NAMES(NAMED("\1\xff", "maker\0"), "maker", "");
    CHECK_NAMES(NAMED("\1\2", "\0"), "", "");
    CHECK_NAMES("\1\5\1\0\1maker\0\0", "maker", "");
    CHECK_NAMES(END NAMED("\1\2", "maker\0product\0"), "", "");
    CHECK_NAMES("", "", "");
    for (size_t size = 0; size < sizeof(whole) - 2; size++)
        check_names(whole, size, size < sizeof(BIOS) - 1 + 12 ? "" : "maker",
                    size < sizeof(BIOS) - 1 + 20 ? "" : "product");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entry_points),
        cmocka_unit_test(damaged_entry_points),
        cmocka_unit_test(other_anchors),
        cmocka_unit_test(strings),
        cmocka_unit_test(damaged_structures),
        cmocka_unit_test(random_structures),
        cmocka_unit_test(uuids),
        cmocka_unit_test(names),
    };

    return cmocka_run_group_tests_name("smbios", tests, NULL, NULL);
}
