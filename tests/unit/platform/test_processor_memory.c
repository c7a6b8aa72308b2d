/* SPDX-License-Identifier: BSD-2-Clause */
/* What the processor works with is found where the map calls it free, and only there. */
#include "tests/lib/support.h"

#include "common/base/units.h"
#include "pvh/platform/processor_memory.h"

#include <string.h>

#define STACK   0x10e6f0
#define TABLES  0x80000
#define PRESENT 0x3
#define LARGE   0x80

/* Page tables in memory that begins at TABLES. */
static uint64_t tables[8][512];
static size_t reads;

static uint64_t read_table(uint64_t address)
{
    uint64_t value = 0;

    assert_in_range(address, TABLES, TABLES + sizeof(tables) - 4);
    memcpy(&value, (const uint8_t *)tables + (address - TABLES),
           (size_t)min_u64(8, TABLES + sizeof(tables) - address));
    reads++;
    return value;
}

static uint64_t table_address(size_t number)
{
    return TABLES + number * PAGE_SIZE;
}

static struct memory_range ranges[] = {
    {{0, 0xa0000}, MEMORY_CONVENTIONAL},
    {{0x100000, 0x1000000}, MEMORY_CONVENTIONAL},
    {{0x1000000, 0x1100000}, MEMORY_BOOT_SERVICES_DATA},
    {{0x1100000, 0x10000000}, MEMORY_CONVENTIONAL},
};
static const struct memory_map map = {.ranges = ranges, .count = ELEMENTS(ranges)};

static struct processor_memory found;

static void find(const struct processor_state *state)
{
    reads = 0;
    processor_memory_find(state, &map, read_table, &found);
}

static void assert_found(size_t number, uint64_t start, uint64_t end)
{
    assert_true(number < found.count);
    assert_int_equal(found.ranges[number].start, start);
    assert_int_equal(found.ranges[number].end, end);
}

/* Four levels, as U-Boot builds them: four directories of pages of 2 MiB. */
static void fill_tables(void)
{
    memset(tables, 0, sizeof(tables));
    tables[0][0] = table_address(1) | PRESENT;
    tables[0][1] = 0x123456789000 | PRESENT; /* has nothing below 4 GiB */
    for (size_t i = 0; i < 4; i++)
        tables[1][i] = table_address(2 + i) | PRESENT;
    tables[1][4] = 0x123456789000 | PRESENT;
    for (size_t i = 0; i < 4 * 512; i++)
        tables[2 + i / 512][i % 512] = i * 2 * MIB | LARGE | PRESENT;
}

static void stack_and_tables_in_free_memory(void **state)
{
    const struct processor_state processor = {.stack_pointer = STACK,
                                              .page_table = TABLES | 0x18, /* PWT and PCD */
                                              .page_levels = 4,
                                              .gdt = {0x1100d0, 0x110118},
                                              .idt = {0x2000000, 0x2000800}};

    (void)state;
    fill_tables();
    find(&processor);
    assert_int_equal(found.count, 4);
    assert_found(0, 0xee000, 0x12f000);
    assert_found(1, 0x110000, 0x111000);
    assert_found(2, 0x2000000, 0x2001000);
    assert_found(3, TABLES, TABLES + 6 * PAGE_SIZE);
}

static void nothing_where_the_firmware_owns_it(void **state)
{
    const struct processor_state processor = {.stack_pointer = 0x1010000, /* free is not far */
                                              .page_table = 0x1000000,
                                              .page_levels = 4,
                                              .gdt = {0xfffdd700, 0xfffdd730},
                                              .idt = {0x10ff000, 0x1100000}};

    (void)state;
    find(&processor);
    assert_int_equal(found.count, 0);
    assert_int_equal(reads, 0);
}

static void at_the_beginning_of_memory(void **state)
{
    struct processor_state processor = {.stack_pointer = 0x7000};

    (void)state;
    find(&processor);
    assert_int_equal(found.count, 1);
    assert_found(0, 0, 0x27000);
    processor.stack_pointer = 0x150000; /* not a page more than on either side */
    find(&processor);
    assert_int_equal(found.count, 1);
    assert_found(0, 0x130000, 0x170000);
}

/* A table of pages is a range of its own; an entry that is not present is none. */
static void tables_of_small_pages(void **state)
{
    const struct processor_state processor = {
        .stack_pointer = 0x1080000, .page_table = TABLES, .page_levels = 5};

    (void)state;
    fill_tables();
    memmove(tables[1], tables[0], 7 * sizeof(tables[0]));
    tables[0][0] = table_address(1) | PRESENT;
    tables[1][0] = table_address(2) | PRESENT;
    for (size_t i = 0; i < 4; i++)
        tables[2][i] = i == 2 ? 0x200000 : table_address(3 + i) | PRESENT;
    tables[3][7] = UINT64_C(0x8000000000300000) | PRESENT; /* NX */
    find(&processor);
    assert_int_equal(found.count, 4);
    assert_found(0, TABLES, TABLES + 4 * PAGE_SIZE);
    assert_found(1, 0x300000, 0x301000);
    assert_found(2, TABLES + 4 * PAGE_SIZE, TABLES + 5 * PAGE_SIZE);
    assert_found(3, TABLES + 6 * PAGE_SIZE, TABLES + 7 * PAGE_SIZE);
    tables[1][0] = table_address(2) | 2; /* writable, but not there */
    find(&processor);
    assert_int_equal(found.count, 1);
    assert_found(0, TABLES, TABLES + 2 * PAGE_SIZE);
}

/* 32-bit firmware: PAE has 4 entries in its first table, and without it they are of four bytes. */
static void levels_of_32_bits(void **state)
{
    struct processor_state processor = {
        .stack_pointer = 0x1080000, .page_table = TABLES + 0x20, .page_levels = 3};

    (void)state;
    memset(tables, 0, sizeof(tables));
    tables[0][4] = table_address(2) | PRESENT;
    tables[0][0] = tables[0][8] = 0x700000 | PRESENT; /* not its own */
    tables[2][511] = 0x500000 | PRESENT;
    find(&processor);
    assert_int_equal(found.count, 3);
    assert_found(2, 0x500000, 0x501000);
    memset(tables, 0, sizeof(tables));
    tables[0][3] = 0x00600000 | PRESENT | UINT64_C(0x00800083) << 32;
    tables[1][0] = 0x700000 | PRESENT; /* behind the table */
    processor.page_levels = 2;
    find(&processor);
    assert_int_equal(found.count, 2);
    assert_found(1, 0x600000, 0x601000);
}

static void more_than_fits(void **state)
{
    const struct processor_state processor = {
        .stack_pointer = 0x1080000, .page_table = TABLES, .page_levels = 4};

    (void)state;
    fill_tables();
    for (size_t i = 0; i < 100; i++)
        tables[2][i] = (0x200000 + i * 2 * PAGE_SIZE) | PRESENT;
    find(&processor);
    assert_int_equal(found.count, PROCESSOR_MEMORY_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stack_and_tables_in_free_memory),
        cmocka_unit_test(nothing_where_the_firmware_owns_it),
        cmocka_unit_test(at_the_beginning_of_memory),
        cmocka_unit_test(tables_of_small_pages),
        cmocka_unit_test(levels_of_32_bits),
        cmocka_unit_test(more_than_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
