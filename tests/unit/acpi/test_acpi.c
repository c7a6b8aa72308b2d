/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/acpi_tables.h"

#include "common/acpi/mcfg.h"
#include "common/acpi/rsdp.h"
#include "common/base/units.h"

#include <string.h>

#define RSDP       FAKE_RSDP
#define RSDT       0x1000
#define XSDT       0x2000
#define MCFG       0x3000
#define FADT       0x4000
#define OTHER_MCFG 0x5000

#define LARGE_MCFG 2048 /* bytes */

static int stop(void **state)
{
    (void)state;
    forget_tables();
    return 0;
}

struct window {
    uint64_t base;
    uint8_t first, last;
};

static struct fake_table *add_mcfg(size_t count, const struct window *windows)
{
    struct fake_table *mcfg = add_table(MCFG, "MCFG", 44 + 16 * count);

    for (size_t i = 0; i < count; i++) {
        uint8_t *entry = mcfg->bytes + 44 + 16 * i;

        put_number(entry, 8, windows[i].base);
        entry[10] = windows[i].first;
        entry[11] = windows[i].last;
    }
    acpi_sign(mcfg->bytes, mcfg->size, 9);
    return mcfg;
}

static const uint64_t both_tables[] = {FADT, MCFG};
static const struct window usual = {0xe0000000, 0, 255};

/* An ordinary machine with all tables and an ECAM window. */
static void add_everything(void)
{
    add_rsdp(2, RSDT, XSDT);
    add_root(RSDT, 4, 2, both_tables);
    add_root(XSDT, 8, 2, both_tables);
    add_table(FADT, "FACP", 244);
    add_mcfg(1, &usual);
}

static struct acpi_windows find(void)
{
    static struct acpi_windows windows;

    acpi_find_ecam(&fake_memory, RSDP, &windows);
    forget_copies();
    return windows;
}

static bool check_rsdp(void)
{
    bool result = acpi_check_rsdp(&fake_memory, RSDP);

    forget_copies();
    return result;
}

static void good_root_pointers(void **state)
{
    struct fake_table *rsdp;

    (void)state;
    add_rsdp(0, RSDT, 0);
    assert_true(check_rsdp());
    forget_tables();
    add_rsdp(2, RSDT, XSDT);
    assert_true(check_rsdp());
    forget_tables();
    rsdp = add_rsdp(2, RSDT, XSDT);
    resize_table(rsdp, 40); /* a later version may be longer */
    put_number(rsdp->bytes + 20, 4, 40);
    acpi_sign(rsdp->bytes, 20, 8);
    acpi_sign(rsdp->bytes, 40, 32);
    assert_true(check_rsdp());
}

static void no_root_pointer(void **state)
{
    (void)state;
    assert_false(check_rsdp());
    resize_table(add_rsdp(0, RSDT, 0), 19);
    assert_false(check_rsdp());
    forget_tables();
    resize_table(add_rsdp(2, RSDT, XSDT), 35);
    assert_false(check_rsdp());
}

/* The checksums detect any changed bit. */
static void damaged_root_pointers(void **state)
{
    (void)state;
    for (uint8_t revision = 0; revision <= 2; revision += 2) {
        for (size_t bit = 0; bit < (revision ? 36 : 20) * 8; bit++) {
            struct fake_table *rsdp;

            forget_tables();
            rsdp = add_rsdp(revision, RSDT, XSDT);
            rsdp->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
            assert_false(check_rsdp());
        }
    }
}

static void root_pointers_of_impossible_length(void **state)
{
    const uint32_t lengths[] = {0, 20, 35, 257, 0x10000, UINT32_MAX};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(lengths); i++) {
        struct fake_table *rsdp;

        forget_tables();
        rsdp = add_rsdp(2, RSDT, XSDT);
        put_number(rsdp->bytes + 20, 4, lengths[i]);
        sign_rsdp(rsdp);
        assert_false(check_rsdp());
    }
}

static void the_usual_window(void **state)
{
    struct acpi_windows windows;

    (void)state;
    add_everything();
    windows = find();
    assert_int_equal(windows.count, 1);
    assert_int_equal(windows.windows[0].start, 0xe0000000);
    assert_int_equal(windows.windows[0].end, 0xf0000000);
    assert_false(windows.damaged);
}

static void a_machine_without_mcfg(void **state)
{
    struct acpi_windows windows;

    (void)state;
    add_rsdp(2, 0, XSDT);
    add_root(XSDT, 8, 1, both_tables);
    add_table(FADT, "FACP", 244);
    windows = find();
    assert_int_equal(windows.count, 0);
    assert_false(windows.damaged);
}

static void windows_of_some_buses(void **state)
{
    const struct window some[] = {{0x80000000, 0x20, 0x3f}, {UINT64_C(0xc000000000), 0, 0}};
    struct acpi_windows windows;

    (void)state;
    add_rsdp(0, RSDT, 0);
    add_root(RSDT, 4, 2, both_tables);
    add_table(FADT, "FACP", 244);
    add_mcfg(2, some);
    windows = find();
    assert_int_equal(windows.count, 2);
    assert_int_equal(windows.windows[0].start, 0x82000000);
    assert_int_equal(windows.windows[0].end, 0x84000000);
    assert_int_equal(windows.windows[1].start, 0xc000000000);
    assert_int_equal(windows.windows[1].end, 0xc000100000);
    assert_false(windows.damaged);
}

static void windows_that_cannot_be(void **state)
{
    const struct window bad[] = {
        {0, 0, 255},
        {0x80000000, 5, 4},
        {UINT64_MAX - 0xfffff, 0, 1},
        {UINT64_MAX, 1, 1},
        {0xe0000001, 0, 255}, /* between two buses */
        {0xe0080000, 0, 255},
        {(UINT64_C(1) << 52) - 0x100000, 0, 1}, /* beyond any processor's physical addresses */
        {UINT64_C(1) << 60, 0, 0},
        usual,
    };
    struct acpi_windows windows;

    (void)state;
    add_rsdp(2, 0, XSDT);
    add_root(XSDT, 8, 2, both_tables);
    add_table(FADT, "FACP", 244);
    add_mcfg(ELEMENTS(bad), bad);
    windows = find();
    assert_int_equal(windows.count, 1); /* the good one is kept */
    assert_int_equal(windows.windows[0].start, 0xe0000000);
    assert_true(windows.damaged);
}

static void more_windows_than_there_is_room_for(void **state)
{
    struct window many[ACPI_ECAM_WINDOWS + 3];
    struct acpi_windows windows;

    (void)state;
    for (size_t i = 0; i < ELEMENTS(many); i++)
        many[i] = (struct window){i * 0x10000000, 0, 255};
    add_rsdp(2, 0, XSDT);
    add_root(XSDT, 8, 2, both_tables);
    add_mcfg(ELEMENTS(many), many);
    windows = find();
    assert_int_equal(windows.count, ACPI_ECAM_WINDOWS);
    assert_true(windows.damaged);
}

/* Without a valid XSDT, the RSDT is used. */
static void the_second_way(void **state)
{
    struct acpi_windows windows;

    (void)state;
    add_everything();
    fake_tables[2].bytes[20] ^= 1;
    windows = find();
    assert_int_equal(windows.count, 1);
    assert_true(windows.damaged);
    forget_tables();
    add_everything();
    put_number(fake_tables[0].bytes + 24, 8, 0);
    windows = find();
    assert_int_equal(windows.count, 1);
    assert_false(windows.damaged);
}

/* A table that the firmware does not have is not damaged. */
static void no_second_way(void **state)
{
    struct acpi_windows windows;

    (void)state;
    add_everything();
    put_number(fake_tables[0].bytes + 16, 4, 0);
    fake_tables[2].bytes[20] ^= 1;
    windows = find();
    assert_int_equal(windows.count, 0);
    assert_int_equal(windows.damaged, ACPI_DAMAGED_XSDT);
}

/* Flips every bit of every table: never a wrong window, and the damage is reported. */
static void damaged_tables_are_passed_over(void **state)
{
    (void)state;
    for (size_t damaged = 1; damaged <= 4; damaged++) {
        for (size_t bit = 0; bit < 36 * 8; bit++) {
            struct acpi_windows windows;

            forget_tables();
            add_everything();
            fake_tables[damaged].bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
            windows = find();
            if (damaged == 1 || damaged == 3) { /* not read */
                assert_int_equal(windows.count, 1);
                assert_false(windows.damaged);
            } else if (damaged == 2) {
                assert_int_equal(windows.count, 1);
                assert_true(windows.damaged);
            } else {
                assert_int_equal(windows.count, 0);
                assert_int_equal(windows.damaged, bit >= 32
                                                      ? ACPI_DAMAGED_TABLE
                                                      : 0); /* else it has another signature */
            }
        }
    }
}

static void tables_of_impossible_length(void **state)
{
    const uint32_t lengths[] = {0, 35, MIB + 1, UINT32_MAX, 61, 0x1000};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(lengths); i++) {
        struct acpi_windows windows;

        forget_tables();
        add_everything();
        put_number(fake_tables[4].bytes + 4, 4, lengths[i]);
        acpi_sign(fake_tables[4].bytes, fake_tables[4].size, 9);
        windows = find();
        assert_int_equal(windows.count, 0);
        assert_true(windows.damaged);
    }
}

/* An MCFG that ends in the middle of an entry, or before the first. */
static void mcfg_cut_short(void **state)
{
    (void)state;
    for (size_t size = 36; size < 60; size++) {
        struct acpi_windows windows;

        forget_tables();
        add_everything();
        resize_table(&fake_tables[4], size);
        put_number(fake_tables[4].bytes + 4, 4, size);
        acpi_sign(fake_tables[4].bytes, size, 9);
        windows = find();
        assert_int_equal(windows.count, 0);
        assert_int_equal(windows.damaged, ACPI_DAMAGED_TABLE);
    }
}

/* Extra bytes after the last whole entry are ignored. */
static void mcfg_with_an_odd_end(void **state)
{
    struct acpi_windows windows;

    (void)state;
    add_everything();
    resize_table(&fake_tables[4], 60 + 5);
    put_number(fake_tables[4].bytes + 4, 4, fake_tables[4].size);
    acpi_sign(fake_tables[4].bytes, fake_tables[4].size, 9);
    windows = find();
    assert_int_equal(windows.count, 1);
    assert_int_equal(windows.damaged, 0);
}

/* Adds the usual MCFG and another one, and a root table with these pointers. Returns the other. */
static struct fake_table *add_two_mcfgs(const uint64_t *pointers, size_t count)
{
    struct fake_table *other;

    add_rsdp(2, 0, XSDT);
    add_root(XSDT, 8, count, pointers);
    add_mcfg(1, &usual);
    other = add_mcfg(1, &(struct window){0x80000000, 0, 255});
    other->address = OTHER_MCFG;
    return other;
}

static void assert_usual_window(uint32_t damaged)
{
    struct acpi_windows windows = find();

    assert_int_equal(windows.count, 1);
    assert_int_equal(windows.windows[0].start, 0xe0000000);
    assert_int_equal(windows.damaged, damaged);
}

/* Only the first MCFG is used: another, or the same again, adds nothing. */
static void the_first_mcfg_counts(void **state)
{
    const uint64_t pointers[] = {MCFG, OTHER_MCFG, MCFG};

    (void)state;
    (void)add_two_mcfgs(pointers, ELEMENTS(pointers));
    assert_usual_window(0);
}

/* Up to three damaged MCFGs may be followed by a valid one; behind more nobody looks for it. */
static void a_good_mcfg_behind_damaged_ones(void **state)
{
    const uint64_t pointers[] = {OTHER_MCFG, OTHER_MCFG, OTHER_MCFG, OTHER_MCFG, MCFG};
    const size_t most = ELEMENTS(pointers) - 1;

    (void)state;
    for (size_t damaged = 1; damaged < most; damaged++) {
        forget_tables();
        add_two_mcfgs(pointers + most - damaged, damaged + 1)->bytes[50] ^= 1;
        assert_usual_window(ACPI_DAMAGED_TABLE);
    }
    forget_tables();
    add_two_mcfgs(pointers, ELEMENTS(pointers))->bytes[50] ^= 1;
    assert_int_equal(find().count, 0);
}

/*
 * A root table of 1 MiB could refer to one damaged table of 1 MiB 130,000 times; computing all
 * checksums would take minutes. So only the header is read for each pointer, and few tables whole.
 */
static void the_same_damaged_table_again_and_again(void **state)
{
    uint64_t pointers[200];
    struct acpi_windows windows;
    struct fake_table *mcfg;

    (void)state;
    for (size_t i = 0; i < ELEMENTS(pointers); i++)
        pointers[i] = MCFG;
    add_rsdp(2, 0, XSDT);
    add_root(XSDT, 8, ELEMENTS(pointers), pointers);
    mcfg = add_table(MCFG, "MCFG", LARGE_MCFG);
    mcfg->bytes[50] ^= 1;
    windows = find();
    assert_int_equal(windows.count, 0);
    assert_int_equal(windows.damaged, ACPI_DAMAGED_TABLE);
    assert_in_range(fake_bytes_read, 1, 8 * LARGE_MCFG + 3 * 36 * ELEMENTS(pointers));
}

/* Tables that refer to themselves, to each other, or to the root pointer. */
static void tables_in_a_circle(void **state)
{
    const uint64_t pointers[] = {XSDT, RSDT, RSDP, MCFG + 1, 0, UINT64_MAX, MCFG};
    struct acpi_windows windows;

    (void)state;
    add_rsdp(2, RSDP, XSDT);
    add_root(XSDT, 8, ELEMENTS(pointers), pointers);
    add_mcfg(1, &usual);
    windows = find();
    assert_int_equal(windows.count, 1);
    assert_int_equal(windows.damaged, 0);
    put_number(fake_tables[0].bytes + 24, 8, RSDP);
    windows = find();
    assert_int_equal(windows.count, 0);
    assert_int_equal(windows.damaged, ACPI_DAMAGED_XSDT | ACPI_DAMAGED_RSDT);
}

static void nothing_to_follow(void **state)
{
    struct acpi_windows windows = {.count = 5, .damaged = true};

    (void)state;
    acpi_find_ecam(&fake_memory, RSDP, &windows);
    assert_int_equal(windows.count, 0);
    add_rsdp(2, RSDT, XSDT); /* and neither table */
    windows = find();
    assert_int_equal(windows.count, 0);
    assert_true(windows.damaged);
}

#define test(function) cmocka_unit_test_teardown(function, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(good_root_pointers),
        test(no_root_pointer),
        test(damaged_root_pointers),
        test(root_pointers_of_impossible_length),
        test(the_usual_window),
        test(a_machine_without_mcfg),
        test(windows_of_some_buses),
        test(windows_that_cannot_be),
        test(more_windows_than_there_is_room_for),
        test(the_second_way),
        test(no_second_way),
        test(damaged_tables_are_passed_over),
        test(tables_of_impossible_length),
        test(mcfg_cut_short),
        test(mcfg_with_an_odd_end),
        test(the_first_mcfg_counts),
        test(a_good_mcfg_behind_damaged_ones),
        test(the_same_damaged_table_again_and_again),
        test(tables_in_a_circle),
        test(nothing_to_follow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
