/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/base/range.h"
#include "common/base/units.h"
#include "pvh/trampoline.h"
#include "pvh/trampoline_layout.h"

#include <stdlib.h>
#include <string.h>

#define DATA UINT64_C(0xfedc1000)

static uint64_t field(const uint8_t *bytes, size_t offset, size_t width)
{
    uint64_t value = 0;

    for (size_t i = width; i-- > 0;)
        value = value << 8 | bytes[offset + i];
    return value;
}

static void the_code_fits_its_page(void **state)
{
    size_t size = trampoline_code_size();

    (void)state;
    assert_in_range(size, 64, PAGE_SIZE);
}

/* The first instruction must be CLI: the firmware's handlers may be overwritten. */
static void the_code_starts_without_interrupts(void **state)
{
    (void)state;
    assert_int_equal(trampoline_start[0], 0xfa);
}

static void the_size_of_the_data(void **state)
{
    (void)state;
    /* 168 bytes, 12 per copy and 8 per range to zero, in whole pages, and 7 pages of page tables */
    assert_int_equal(trampoline_data_size(0, 0), 8 * PAGE_SIZE);
    assert_int_equal(trampoline_data_size(326, 2), 8 * PAGE_SIZE);
    assert_int_equal(trampoline_data_size(327, 1), 9 * PAGE_SIZE);
    assert_int_equal(trampoline_data_size(326, 3), 9 * PAGE_SIZE);
}

/* Decodes a descriptor like the processor, and checks base, limit in bytes and access bits. */
static void check_descriptor(const uint8_t *gdt, size_t selector, uint64_t limit, uint32_t access)
{
    uint64_t descriptor = field(gdt, selector, 8);
    uint64_t base = (descriptor >> 16 & 0xffffff) | (descriptor >> 56) << 24;
    uint64_t raw_limit = (descriptor & 0xffff) | (descriptor >> 48 & 0xf) << 16;
    bool large = descriptor >> 55 & 1;

    assert_int_equal(base, 0);
    assert_int_equal(large ? raw_limit << 12 | 0xfff : raw_limit, limit);
    assert_int_equal(descriptor >> 40 & 0xff, access);
    assert_int_equal(descriptor >> 53 & 1, 0);              /* no 64-bit code */
    assert_int_equal(descriptor >> 54 & 1, access != 0x89); /* 32-bit code and data */
}

static uint8_t *fill(const struct load_plan *plan)
{
    uint64_t size = trampoline_data_size(plan->copies.count, plan->zero_after_exit.count);
    uint8_t *data =
        aligned_alloc(PAGE_SIZE, size); /* its exact size, so that writing past it is detected */

    memset(data, 0xff, size); /* as an entry of a page table, it would be present */
    trampoline_fill(data, plan);
    return data;
}

static void segments_as_pvh_asks_for_them(void **state)
{
    const struct load_plan plan = {.trampoline_data = {DATA, DATA + PAGE_SIZE}};
    uint8_t *data = fill(&plan);

    (void)state;
    assert_int_equal(field(data, 0, 8), 0);
    check_descriptor(data, TRAMPOLINE_CODE_SELECTOR, UINT32_MAX, 0x9b);
    check_descriptor(data, TRAMPOLINE_DATA_SELECTOR, UINT32_MAX, 0x93);
    check_descriptor(data, TRAMPOLINE_TSS_SELECTOR, 0x67, 0x89); /* available: LTR marks it busy */
    assert_int_equal(field(data, TRAMPOLINE_TSS_SELECTOR + 8, 8), 0); /* the rest of its address */
    assert_int_equal(field(data, TRAMPOLINE_GDTR, 2), 39);
    assert_int_equal(field(data, TRAMPOLINE_GDTR + 2, 8), DATA);
    assert_int_equal(field(data, TRAMPOLINE_IDTR, 2), 0);
    assert_int_equal(field(data, TRAMPOLINE_IDTR + 2, 8), 0);
    free(data);
}

static void what_the_code_works_through(void **state)
{
    struct plan_copy copies[] = {{0x1000000, 0x7f000000, 0x500000}, {0xfffff000, 0x1800, 0x800}};
    struct range zeros[] = {{0x1500000, 0x1500001}, {0x2000, 0x80000000}, {0xfffff800, 4 * GIB}};
    const struct load_plan plan = {
        .entry_point = 0x1000850,
        .boot_info = {0x10000, 0x12000},
        .trampoline_data = {DATA, DATA + PAGE_SIZE},
        .copies = {copies, 2, 2},
        .zero_after_exit = {zeros, 3, 3},
    };
    uint8_t *data = fill(&plan);
    size_t copy_list = field(data, TRAMPOLINE_COPIES, 4) - DATA;
    size_t zero_list = field(data, TRAMPOLINE_ZEROS, 4) - DATA;

    (void)state;
    assert_int_equal(field(data, TRAMPOLINE_START_INFO, 4), 0x10000);
    assert_int_equal(field(data, TRAMPOLINE_ENTRY, 4), 0x1000850);
    assert_int_equal(field(data, TRAMPOLINE_COPY_COUNT, 4), 2);
    assert_int_equal(field(data, TRAMPOLINE_ZERO_COUNT, 4), 3);
    assert_in_range(copy_list, TRAMPOLINE_DATA_SIZE, trampoline_data_size(2, 3) - 24);
    assert_in_range(zero_list, TRAMPOLINE_DATA_SIZE, trampoline_data_size(2, 3) - 24);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(field(data, copy_list + 12 * i, 4), copies[i].destination);
        assert_int_equal(field(data, copy_list + 12 * i + 4, 4), copies[i].source);
        assert_int_equal(field(data, copy_list + 12 * i + 8, 4), copies[i].size);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(field(data, zero_list + 8 * i, 4), zeros[i].start);
        assert_int_equal(field(data, zero_list + 8 * i + 4, 4), range_size(zeros[i]));
    }
    free(data);
}

/* Walks page tables with `levels` levels, like the processor. */
static uint64_t translate(const uint8_t *data, uint64_t table, int levels, uint64_t address)
{
    for (int level = levels; level > 1; level--) {
        uint64_t index = address >> (12 + 9 * (level - 1)) & 511;
        uint64_t entry = field(data, table - DATA + 8 * index, 8);

        assert_int_equal(entry & 1, 1);      /* present */
        assert_int_equal(entry >> 1 & 1, 1); /* writable */
        assert_int_equal(entry & ~(UINT64_C(0xfffff000) | 0x63 | 0x80),
                         0); /* no XD, no cache bit */
        if (entry >> 7 & 1) {
            assert_int_equal(level, 2); /* not every processor has 1 GiB pages */
            return (entry & 0xffe00000) | (address & 0x1fffff);
        }
        table = entry & 0xfffff000;
    }
    fail_msg("no page");
    return 0;
}

static void every_address_is_mapped_to_itself(void **state)
{
    struct plan_copy copies[] = {{0x1000000, 0x7f000000, 0x500000}};
    const struct load_plan plan = {
        .trampoline_data = {DATA, DATA + PAGE_SIZE},
        .copies = {copies, 1, 1},
    };
    uint8_t *data = fill(&plan);
    uint64_t tables = field(data, TRAMPOLINE_TABLES, 4);

    (void)state;
    assert_int_equal(tables % PAGE_SIZE, 0);
    for (uint64_t address = 0; address < 4 * GIB; address += 0xffff1) {
        assert_int_equal(translate(data, tables, 4, address), address);
        assert_int_equal(translate(data, tables + TRAMPOLINE_TABLE_SIZE, 5, address), address);
    }
    free(data);
}

/* The processor may read ahead wherever its tables lead it. */
static void nothing_else_is_mapped(void **state)
{
    static const uint64_t used[] = {1, 1, 4}; /* entries of the tables of levels 4, 5 and 3 */
    const struct load_plan plan = {.trampoline_data = {DATA, DATA + PAGE_SIZE}};
    uint8_t *data = fill(&plan);
    size_t tables = field(data, TRAMPOLINE_TABLES, 4) - DATA;

    (void)state;
    for (size_t table = 0; table < ELEMENTS(used); table++) {
        for (uint64_t entry = used[table]; entry < 512; entry++)
            assert_int_equal(field(data, tables + table * PAGE_SIZE + 8 * entry, 8) & 1, 0);
    }
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_code_fits_its_page),
        cmocka_unit_test(the_code_starts_without_interrupts),
        cmocka_unit_test(the_size_of_the_data),
        cmocka_unit_test(segments_as_pvh_asks_for_them),
        cmocka_unit_test(what_the_code_works_through),
        cmocka_unit_test(every_address_is_mapped_to_itself),
        cmocka_unit_test(nothing_else_is_mapped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
