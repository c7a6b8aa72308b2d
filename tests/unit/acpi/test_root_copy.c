/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/acpi_tables.h"

#include "common/acpi/root_copy.h"
#include "common/base/bytes.h"
#include "common/base/units.h"

#include <string.h>

#define RSDT 0x1000
#define XSDT 0x20000
#define FADT 0x2000
#define TPM2 0x3000
#define HPET 0x4000
#define HIGH UINT64_C(0x123456000)

static struct arena arena;
static struct acpi_root_copy copy;
static struct error error;

static int start(void **state)
{
    (void)state;
    arena_begin_test(&arena);
    error_clear(&error);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    forget_tables();
    return arena_end_test(&arena);
}

static bool copy_roots(void)
{
    error_clear(&error);
    return acpi_copy_roots(&fake_memory, FAKE_RSDP, &arena, &copy, &error);
}

static void assert_damaged(const char *name, uint64_t address)
{
    assert_false(copy_roots());
    assert_error(&error, ERROR_ACPI_ROOT_DAMAGED, address);
    assert_string_equal(error.reason, name);
    forget_tables();
}

static void assert_tables(const struct acpi_root *root, uint32_t count, const uint64_t *tables)
{
    assert_int_equal(root->count, count);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(root->tables[i], tables[i]);
}

static const uint64_t rsdt_tables[] = {FADT, HPET};
static const uint64_t xsdt_tables[] = {FADT, HIGH, TPM2};

static void both_roots(void **state)
{
    (void)state;
    add_rsdp(2, RSDT, XSDT);
    add_root(RSDT, 4, 2, rsdt_tables);
    add_root(XSDT, 8, 3, xsdt_tables);
    assert_true(copy_roots());
    assert_true(copy.has_rsdt);
    assert_memory_equal(copy.oem_id, "OEMPTR", 6);
    assert_memory_equal(copy.xsdt.header + 10, "OEM8  TABLE8  ", 14);
    assert_memory_equal(copy.rsdt.header + 10, "OEM4  TABLE4  ", 14);
    assert_tables(&copy.xsdt, 3, xsdt_tables);
    assert_tables(&copy.rsdt, 2, rsdt_tables);
}

/* ACPI 1.0, and an RSDP of ACPI 2.0 that names no XSDT: XSDT's entries are RSDT's. */
static void only_an_rsdt(void **state)
{
    (void)state;
    for (uint8_t revision = 0; revision <= 2; revision += 2) {
        add_rsdp(revision, RSDT, 0);
        add_root(RSDT, 4, 2, rsdt_tables);
        assert_true(copy_roots());
        assert_true(copy.has_rsdt);
        assert_tables(&copy.xsdt, 2, rsdt_tables);
        assert_tables(&copy.rsdt, 2, rsdt_tables);
        assert_memory_equal(copy.xsdt.header + 10, "OEM4  TABLE4  ", 14);
        forget_tables();
    }
}

static void only_an_xsdt(void **state)
{
    (void)state;
    add_rsdp(2, 0, XSDT);
    add_root(XSDT, 8, 3, xsdt_tables);
    assert_true(copy_roots());
    assert_false(copy.has_rsdt);
    assert_tables(&copy.xsdt, 3, xsdt_tables);
}

static void empty_and_repeated_entries(void **state)
{
    static const uint64_t pointers[] = {0, FADT, 0, HIGH, FADT, HIGH, FADT, HPET, 0};
    static const uint64_t once[] = {FADT, HIGH, HPET};

    (void)state;
    add_rsdp(2, RSDT, XSDT);
    add_root(RSDT, 4, 0, NULL);
    add_root(XSDT, 8, ELEMENTS(pointers), pointers);
    assert_true(copy_roots());
    assert_tables(&copy.xsdt, ELEMENTS(once), once);
    assert_int_equal(copy.rsdt.count, 0);
    forget_tables();
    add_rsdp(0, RSDT, 0); /* an empty list is copied too */
    add_root(RSDT, 4, 0, NULL);
    assert_true(copy_roots());
    assert_int_equal(copy.xsdt.count, 0);
}

/* Kernels divide, and so do not see a part of an entry at the end. */
static void an_odd_end(void **state)
{
    struct fake_table *xsdt;

    (void)state;
    add_rsdp(2, 0, XSDT);
    xsdt = add_root(XSDT, 8, 3, xsdt_tables);
    xsdt->size -= 3;
    sign_table(xsdt);
    assert_true(copy_roots());
    assert_tables(&copy.xsdt, 2, xsdt_tables);
}

static void roots_that_are_missing(void **state)
{
    (void)state;
    assert_damaged("RSDP", FAKE_RSDP);
    add_rsdp(2, 0, 0);
    assert_damaged("RSDP", FAKE_RSDP);
    add_rsdp(0, 0, 0);
    assert_damaged("RSDP", FAKE_RSDP);
    add_rsdp(2, RSDT, XSDT);
    add_root(RSDT, 4, 2, rsdt_tables);
    assert_damaged("XSDT", XSDT);
    add_rsdp(2, RSDT, 0);
    assert_damaged("RSDT", RSDT);
}

/* Kernels that read XSDT do not care, and the others are not worse off than without us. */
static void assert_kept_as_it_is(void)
{
    uint8_t rsdp[RSDP_V2_SIZE];

    assert_true(copy_roots());
    assert_false(copy.has_rsdt);
    assert_tables(&copy.xsdt, 2, xsdt_tables);
    assert_int_equal(copy.rsdt.count, 0);
    acpi_leave_out(&fake_memory, &copy, "TPM2");
    acpi_write_rsdp(rsdp, &copy, 0x7ffe0000, 0);
    assert_int_equal(read_le32(rsdp + 16), RSDT);
    assert_true(acpi_sums_to_zero(rsdp, 20) && acpi_sums_to_zero(rsdp, 36));
    forget_tables();
}

static void an_rsdt_that_is_damaged_beside_an_xsdt(void **state)
{
    static const uint64_t many[ACPI_ROOT_ENTRIES + 1] = {FADT};

    (void)state;
    add_rsdp(2, RSDT, XSDT); /* no memory at all */
    add_root(XSDT, 8, 2, xsdt_tables);
    assert_kept_as_it_is();
    add_rsdp(2, RSDT, XSDT);
    add_root(XSDT, 8, 2, xsdt_tables);
    add_table(RSDT, "XSDT", 36);
    assert_kept_as_it_is();
    add_rsdp(2, RSDT, XSDT);
    add_root(XSDT, 8, 2, xsdt_tables);
    add_root(RSDT, 4, ELEMENTS(many), many);
    assert_kept_as_it_is();
}

/* Any bit of either root that is changed, without mending the checksum. */
static void roots_with_a_wrong_bit(void **state)
{
    (void)state;
    for (size_t bit = 0; bit < 8 * (36 + 2 * 8); bit++) {
        add_rsdp(2, RSDT, XSDT);
        add_root(RSDT, 4, 2, rsdt_tables);
        add_root(XSDT, 8, 2, xsdt_tables)->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_damaged("XSDT", XSDT);
        if (bit >= 8 * (36 + 2 * 4))
            continue;
        add_rsdp(2, RSDT, XSDT);
        add_root(RSDT, 4, 2, rsdt_tables)->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        add_root(XSDT, 8, 2, xsdt_tables);
        assert_kept_as_it_is();
    }
}

static void roots_of_another_name_or_length(void **state)
{
    static const uint32_t lengths[] = {0, 35, 36 + 8 * 3 + 1, 36 + 8 * 1025, UINT32_MAX};
    struct fake_table *xsdt;

    (void)state;
    for (size_t i = 0; i < ELEMENTS(lengths); i++) {
        add_rsdp(2, 0, XSDT);
        xsdt = add_root(XSDT, 8, 3, xsdt_tables);
        put_number(xsdt->bytes + 4, 4, lengths[i]);
        acpi_sign(xsdt->bytes, xsdt->size, 9);
        assert_damaged("XSDT", XSDT);
    }
    add_rsdp(2, 0, XSDT);
    xsdt = add_root(XSDT, 8, 3, xsdt_tables);
    memcpy(xsdt->bytes, "RSDT", 4);
    sign_table(xsdt);
    assert_damaged("XSDT", XSDT);
}

static void as_many_entries_as_there_may_be(void **state)
{
    static uint64_t pointers[ACPI_ROOT_ENTRIES + 1];

    (void)state;
    for (size_t i = 0; i < ELEMENTS(pointers); i++)
        pointers[i] = 0x100000 + i;
    add_rsdp(2, 0, XSDT);
    add_root(XSDT, 8, ACPI_ROOT_ENTRIES, pointers);
    assert_true(copy_roots());
    assert_tables(&copy.xsdt, ACPI_ROOT_ENTRIES, pointers);
    forget_tables();
    add_rsdp(2, 0, XSDT);
    add_root(XSDT, 8, ACPI_ROOT_ENTRIES + 1, pointers);
    assert_damaged("XSDT", XSDT);
}

static void memory_runs_out(void **state)
{
    (void)state;
    for (uint8_t revision = 0; revision <= 2; revision += 2) {
        add_rsdp(revision, RSDT, XSDT);
        add_root(RSDT, 4, 2, rsdt_tables);
        add_root(XSDT, 8, 3, xsdt_tables);
        for (size_t allocations = 0; allocations <= 2; allocations++) {
            arena_fail_after(allocations);
            assert_int_equal(copy_roots(), allocations == 2);
            assert_int_equal(error.code, allocations == 2 ? ERROR_NONE : ERROR_OUT_OF_MEMORY);
        }
        arena_fail_after(NEVER);
        forget_tables();
    }
}

static void a_table_is_left_out(void **state)
{
    static const uint64_t pointers[] = {TPM2, FADT, HIGH, TPM2 + 0x100, HPET};
    static const uint64_t others[] = {FADT, HIGH, HPET};

    (void)state;
    add_rsdp(2, RSDT, XSDT);
    add_root(RSDT, 4, 2, pointers);
    add_root(XSDT, 8, ELEMENTS(pointers), pointers);
    add_table(TPM2, "TPM2", 52);
    add_table(TPM2 + 0x100, "TPM2", 52)->bytes[40] ^= 1; /* damaged or not */
    add_table(FADT, "FACP", 244);
    add_memory(HPET, 20); /* HIGH is not there, this is too short */
    assert_true(copy_roots());
    acpi_leave_out(&fake_memory, &copy, "TPM2");
    assert_tables(&copy.xsdt, ELEMENTS(others), others);
    assert_tables(&copy.rsdt, 1, others);
}

static void tables_with_almost_its_name_are_kept(void **state)
{
    static const char *const names[] = {"XPM2", "TXM2", "TPX2", "TPMX"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(names); i++) {
        add_rsdp(2, 0, XSDT);
        add_root(XSDT, 8, 3, xsdt_tables);
        add_table(TPM2, names[i], 52);
        assert_true(copy_roots());
        acpi_leave_out(&fake_memory, &copy, "TPM2");
        assert_tables(&copy.xsdt, 3, xsdt_tables);
        forget_tables();
    }
}

static void roots_of_our_own(void **state)
{
    static const uint64_t added[] = {0x7ffe1000, 0x7ffe2000};
    uint8_t rsdp[RSDP_V2_SIZE], xsdt[36 + 5 * 8], rsdt[36 + 4 * 4];

    (void)state;
    add_rsdp(2, RSDT, XSDT);
    add_root(RSDT, 4, 2, rsdt_tables);
    add_root(XSDT, 8, 3, xsdt_tables);
    assert_true(copy_roots());
    forget_tables();
    assert_int_equal(acpi_root_size(&copy.xsdt, ACPI_XSDT, 2), sizeof(xsdt));
    assert_int_equal(acpi_root_size(&copy.rsdt, ACPI_RSDT, 2), sizeof(rsdt));
    acpi_write_root(xsdt, &copy.xsdt, ACPI_XSDT, added, 2);
    acpi_write_root(rsdt, &copy.rsdt, ACPI_RSDT, added, 2);
    assert_memory_equal(xsdt, "XSDT\x4c\0\0\0\1", 9);
    assert_memory_equal(rsdt, "RSDT\x34\0\0\0\1", 9);
    assert_memory_equal(xsdt + 10, "OEM8  TABLE8  ", 14);
    assert_true(acpi_sums_to_zero(xsdt, sizeof(xsdt)) && acpi_sums_to_zero(rsdt, sizeof(rsdt)));
    assert_int_equal(read_le64(xsdt + 36 + 8), HIGH);
    assert_int_equal(read_le64(xsdt + 36 + 4 * 8), added[1]);
    assert_int_equal(read_le32(rsdt + 36 + 4), HPET);
    assert_int_equal(read_le32(rsdt + 36 + 3 * 4), added[1]);
    acpi_write_rsdp(rsdp, &copy, 0x1122334455667788, 0xfedcba98);
    assert_memory_equal(rsdp, "RSD PTR ", 8);
    assert_memory_equal(rsdp + 9, "OEMPTR\2\x98\xba\xdc\xfe\x24\0\0\0", 15);
    assert_int_equal(read_le64(rsdp + 24), 0x1122334455667788);
    assert_true(acpi_sums_to_zero(rsdp, 20) && acpi_sums_to_zero(rsdp, 36));
}

#define test(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(both_roots),
        test(only_an_rsdt),
        test(only_an_xsdt),
        test(empty_and_repeated_entries),
        test(an_odd_end),
        test(roots_that_are_missing),
        test(an_rsdt_that_is_damaged_beside_an_xsdt),
        test(roots_with_a_wrong_bit),
        test(roots_of_another_name_or_length),
        test(as_many_entries_as_there_may_be),
        test(memory_runs_out),
        test(a_table_is_left_out),
        test(tables_with_almost_its_name_are_kept),
        test(roots_of_our_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
