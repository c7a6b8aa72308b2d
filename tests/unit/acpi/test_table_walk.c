/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/acpi/table_walk.h"
#include "common/base/overflow.h"
#include "common/base/units.h"

#include <stdlib.h>
#include <string.h>

#define BASE UINT64_C(0x100000) /* start of the only memory */
#define RSDP (BASE + 0x10)
#define RSDT (BASE + 0x1000)
#define XSDT (BASE + 0x2000)
#define FADT (BASE + 0x3000)
#define DSDT (BASE + 0x4000)
#define FACS (BASE + 0x5000)
#define SSDT (BASE + 0x6000)
#define HPET (BASE + 0x7000)
#define SIZE 0x10000

/* The last page of the address space has the memory's last page in it. */
#define LAST_PAGE (UINT64_MAX - 0xfff)

static uint8_t bytes[SIZE];
static struct range found[64], missing[64];
static size_t found_count, missing_count, stop_after;

static const uint8_t *map(struct acpi_memory *memory, uint64_t address, uint64_t length)
{
    (void)memory;
    if (address >= LAST_PAGE)
        return bytes + SIZE - PAGE_SIZE + (address - LAST_PAGE);
    return address >= BASE && fits_inside(address - BASE, length, SIZE) ? bytes + (address - BASE)
                                                                        : NULL;
}

static struct acpi_memory memory = {.map = map};

static bool note_found(struct acpi_visitor *visitor, struct range table)
{
    (void)visitor;
    found[found_count++ % ELEMENTS(found)] = table;
    return found_count != stop_after;
}

static bool note_missing(struct acpi_visitor *visitor, struct range place)
{
    (void)visitor;
    missing[missing_count++ % ELEMENTS(missing)] = place;
    return missing_count != stop_after;
}

static struct acpi_visitor visitor = {note_found, note_missing};

static uint8_t *at(uint64_t address)
{
    return bytes + (address - BASE);
}

static void put_table(uint64_t address, const char *name, uint32_t length)
{
    memcpy(at(address), name, 4);
    put_number(at(address) + 4, 4, length);
    acpi_sign(at(address), length, 9);
}

/* Sets a pointer of `width` bytes and corrects the table's checksum. */
static void point(uint64_t table, size_t offset, size_t width, uint64_t address)
{
    uint32_t length;

    memcpy(&length, at(table) + 4, sizeof(length));
    put_number(at(table) + offset, width, address);
    acpi_sign(at(table), length, 9);
}

static int start(void **state)
{
    (void)state;
    memset(bytes, 0, sizeof(bytes));
    found_count = missing_count = 0;
    stop_after = SIZE_MAX;
    memcpy(at(RSDP), "RSD PTR ", 8);
    at(RSDP)[15] = 2;
    put_number(at(RSDP) + 16, 4, RSDT);
    put_number(at(RSDP) + 20, 4, 36);
    put_number(at(RSDP) + 24, 8, XSDT);
    put_table(RSDT, "RSDT", 40);
    put_table(XSDT, "XSDT", 36 + 2 * 8);
    put_table(FADT, "FACP", 268);
    put_table(DSDT, "DSDT", 0x800);
    put_table(FACS, "FACS", 64);
    put_table(SSDT, "SSDT", 100);
    put_table(HPET, "HPET", 56);
    point(RSDT, 36, 4, HPET);
    point(XSDT, 36, 8, FADT);
    point(XSDT, 44, 8, SSDT);
    point(FADT, 36, 4, FACS);
    point(FADT, 140, 8, DSDT);
    return 0;
}

static bool walk(void)
{
    found_count = missing_count = 0;
    return acpi_visit_tables(&memory, RSDP, &visitor);
}

static bool was_found(uint64_t address, uint64_t length)
{
    for (size_t i = 0; i < found_count; i++) {
        if (found[i].start == address && found[i].end == address + length)
            return true;
    }
    return false;
}

static void all_tables(void **state)
{
    (void)state;
    assert_true(walk());
    assert_true(was_found(RSDP, 36) && was_found(RSDT, 40) && was_found(XSDT, 52));
    assert_true(was_found(FADT, 268) && was_found(DSDT, 0x800) && was_found(FACS, 64));
    assert_true(was_found(SSDT, 100) && was_found(HPET, 56));
    assert_int_equal(found_count, 8);
    assert_int_equal(missing_count, 0);
}

/* Each of the four fields is followed: kernels differ in which one they use. */
static void every_field_of_fadt(void **state)
{
    static const struct {
        size_t offset, width;
    } fields[] = {{36, 4}, {40, 4}, {132, 8}, {140, 8}};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(fields); i++) {
        uint32_t end = (uint32_t)(fields[i].offset + fields[i].width);

        start(NULL);
        point(FADT, 36, 4, 0);
        point(FADT, 140, 8, 0);
        point(FADT, fields[i].offset, fields[i].width, DSDT);
        assert_true(walk());
        assert_true(was_found(DSDT, 0x800));
        assert_int_equal(found_count, 7);
        put_table(FADT, "FACP", end); /* that of ACPI 1.0 is shorter than the last fields */
        assert_true(walk());
        assert_true(was_found(DSDT, 0x800));
        put_table(FADT, "FACP", end - 1);
        assert_true(walk());
        assert_false(was_found(DSDT, 0x800));
    }
    put_table(FADT, "FACQ", 268); /* another table with almost its name */
    assert_true(walk());
    assert_true(was_found(FADT, 268));
    assert_false(was_found(DSDT, 0x800));
}

/* Above 4 GiB, too: the lower half alone would be another table. */
static void fields_of_64_bits(void **state)
{
    static const struct {
        uint64_t table;
        size_t offset;
    } fields[] = {{RSDP, 24}, {XSDT, 44}, {FADT, 132}, {FADT, 140}};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(fields); i++) {
        start(NULL);
        put_number(at(fields[i].table) + fields[i].offset, 8, 4 * GIB + HPET);
        acpi_sign(at(XSDT), 52, 9);
        assert_true(walk());
        assert_int_equal(missing_count, 1);
        assert_int_equal(missing[0].start, 4 * GIB + HPET);
    }
}

static void a_root_pointer_of_acpi_1_0(void **state)
{
    (void)state;
    at(RSDP)[15] = 0;
    assert_true(walk());
    assert_true(was_found(RSDP, 20) && was_found(RSDT, 40) && was_found(HPET, 56));
    assert_int_equal(found_count, 3);
}

/* Kernels use tables with a wrong checksum; anything that cannot be a table is skipped. */
static void what_counts_as_a_table(void **state)
{
    static const uint32_t lengths[] = {0, 35, 16 * MIB + 1, UINT32_MAX};

    (void)state;
    at(SSDT)[50] ^= 1;
    assert_true(walk());
    assert_true(was_found(SSDT, 100));
    at(XSDT)[10] ^= 1; /* this may point anywhere */
    assert_true(walk());
    assert_int_equal(found_count, 4);
    assert_true(was_found(XSDT, 52) && was_found(HPET, 56));
    at(XSDT)[10] ^= 1;
    for (size_t i = 0; i < ELEMENTS(lengths); i++) {
        put_number(at(SSDT) + 4, 4, lengths[i]);
        assert_true(walk());
        assert_int_equal(found_count, 7);
        assert_int_equal(missing_count, 0);
    }
    start(NULL);
    memcpy(at(SSDT), "\0SDT", 4);
    assert_true(walk());
    assert_int_equal(found_count, 7);
}

static void what_is_missing(void **state)
{
    (void)state;
    point(XSDT, 44, 8, LAST_PAGE - 10);
    point(FADT, 40, 4, BASE + SIZE - 35);
    put_table(HPET, "HPET", 56);
    point(RSDT, 36, 4, 0x2000);
    assert_true(walk());
    assert_int_equal(missing_count, 3);
    assert_int_equal(missing[0].start, BASE + SIZE - 35);
    assert_int_equal(missing[1].start, LAST_PAGE - 10);
    assert_int_equal(missing[1].end, LAST_PAGE + 26);
    assert_int_equal(missing[2].start, 0x2000);
    start(NULL); /* its end is */
    put_number(at(SSDT) + 4, 4, SIZE);
    assert_true(walk());
    assert_int_equal(missing_count, 1);
    assert_int_equal(missing[0].end, SSDT + SIZE);
    at(XSDT)[9] ^= 1; /* the table that points there is damaged */
    assert_true(walk());
    assert_int_equal(missing_count, 0);
}

/* Its header can be read, its end is nowhere. */
static void a_table_that_ends_behind_the_address_space(void **state)
{
    (void)state;
    put_table(BASE + SIZE - 64, "SSDT", 64);
    put_number(at(BASE + SIZE - 64) + 4, 4, 65);
    point(XSDT, 44, 8, UINT64_MAX - 63);
    assert_true(walk());
    assert_false(was_found(UINT64_MAX - 63, 65));
    assert_int_equal(missing_count, 1);
    assert_int_equal(missing[0].start, UINT64_MAX - 63);
    assert_int_equal(missing[0].end, UINT64_MAX);
}

static void the_visitor_ends_it(void **state)
{
    (void)state;
    for (size_t i = 1; i <= 8; i++) {
        stop_after = i;
        assert_false(walk());
        assert_int_equal(found_count, i);
    }
    stop_after = 9;
    assert_true(walk());
    stop_after = 1;
    visitor.found = note_missing; /* counts only */
    point(XSDT, 44, 8, 0x2000);
    assert_false(walk());
    visitor.found = note_found;
}

/* Tables that point to each other, or many times to the same table, do not loop. */
static void tables_in_a_circle(void **state)
{
    (void)state;
    point(XSDT, 36, 8, XSDT);
    point(XSDT, 44, 8, FADT);
    point(FADT, 36, 4, FADT);
    point(FADT, 40, 4, RSDT);
    point(RSDT, 36, 4, RSDT);
    assert_true(walk());
    assert_in_range(found_count, 5, 12);
}

/* Compares the ranges with one flag per page. */
static void random_ranges(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        struct random random = random_start(seed);
        static struct acpi_ranges ranges;
        bool flags[64] = {false};
        size_t pages = 0, listed = 0;

        ranges.count = 0;
        for (size_t i = random_below(&random, 20); i > 0; i--) {
            uint64_t first = random_below(&random, 60 * PAGE_SIZE);
            uint64_t size = 1 + random_below(&random, 3 * PAGE_SIZE);

            check(acpi_ranges_add(&ranges, (struct range){first, first + size}));
            for (uint64_t page = first / PAGE_SIZE; page * PAGE_SIZE < first + size; page++)
                flags[page] = true;
        }
        for (size_t i = 0; i < ELEMENTS(flags); i++)
            pages += flags[i];
        for (size_t i = 0; i < ranges.count; i++) {
            struct range range = ranges.items[i];

            check(i == 0 || ranges.items[i - 1].end < range.start);
            for (uint64_t page = range.start / PAGE_SIZE; page < range.end / PAGE_SIZE; page++)
                check(flags[page]);
            listed += range_size(range) / PAGE_SIZE;
        }
        check(listed == pages);
    }
}

static void too_many_ranges(void **state)
{
    static struct acpi_ranges ranges;

    (void)state;
    for (uint64_t i = 0; i < ACPI_TABLE_RANGES; i++)
        assert_true(acpi_ranges_add(&ranges, (struct range){i * 0x2000 + 5, i * 0x2000 + 6}));
    assert_int_equal(ranges.count, ACPI_TABLE_RANGES);
    assert_false(acpi_ranges_add(&ranges, (struct range){4 * GIB, 4 * GIB + 1}));
    assert_true(acpi_ranges_add(&ranges, (struct range){0x1000, 0x2000})); /* joins two */
    assert_int_equal(ranges.count, ACPI_TABLE_RANGES - 1);
    assert_true(acpi_ranges_add(&ranges, (struct range){4 * GIB, 4 * GIB + 1}));
}

static void too_many_pages(void **state)
{
    static struct acpi_ranges ranges;

    (void)state;
    assert_true(acpi_ranges_add(&ranges, (struct range){GIB, GIB + 16 * MIB}));
    assert_true(acpi_ranges_add(&ranges, (struct range){GIB + 1, GIB + 16 * MIB - 1}));
    assert_true(acpi_ranges_add(&ranges, (struct range){2 * GIB, 2 * GIB + 16 * MIB}));
    assert_true(acpi_ranges_add(&ranges, (struct range){2 * GIB + 5, 2 * GIB + 6}));
    assert_false(acpi_ranges_add(&ranges, (struct range){3 * GIB, 3 * GIB + 1}));
}

#define test(function) cmocka_unit_test_setup_teardown(function, start, NULL)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(all_tables),
        test(every_field_of_fadt),
        test(fields_of_64_bits),
        test(a_root_pointer_of_acpi_1_0),
        test(what_counts_as_a_table),
        test(what_is_missing),
        test(a_table_that_ends_behind_the_address_space),
        test(the_visitor_ends_it),
        test(tables_in_a_circle),
        test(random_ranges),
        test(too_many_ranges),
        test(too_many_pages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
