/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/acpi_tables.h"

#include "common/acpi/coreboot_device.h"
#include "common/acpi/rsdp.h"
#include "common/base/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define XSDT   0x1000
#define FADT   0x2000
#define DSDT   0x3000
#define OTHER  0x4000
#define SSDT   0x5000
#define LENGTH 400

/* The address and size in tests/data/ssdt.asl, which the Makefile compiles. */
#define ADDRESS  0x12345678
#define SIZE     0x9abcdef0
#define COMPILED "build/unit/ssdt.aml"

/* What iasl wrote into the header in our place: its name and version, and so the checksum. */
#define CHECKSUM 9
#define CREATOR  28

static void bytes_are_those_of_iasl(void **state)
{
    uint8_t compiled[2 * ACPI_COREBOOT_SSDT_SIZE], written[ACPI_COREBOOT_SSDT_SIZE];
    FILE *file = fopen(COMPILED, "rb");

    (void)state;
    assert_non_null(file);
    assert_int_equal(fread(compiled, 1, sizeof(compiled), file), sizeof(written));
    fclose(file);
    acpi_write_coreboot_ssdt(written, ADDRESS, SIZE);
    assert_true(acpi_sums_to_zero(written, sizeof(written)));
    compiled[CHECKSUM] = written[CHECKSUM];
    memcpy(compiled + CREATOR, written + CREATOR, 8);
    assert_memory_equal(compiled, written, sizeof(written));
}

#define AML "ssdt.aml" /* iasl writes the other beside it */
#define DSL "ssdt.dsl"

/* Runs iasl in `folder`, without what it says. */
static void run_iasl(const char *folder)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        if (chdir(folder) == 0 && freopen("/dev/null", "w", stdout) &&
            freopen("/dev/null", "w", stderr))
            execlp("iasl", "iasl", "-d", AML, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static FILE *open_in(const char *folder, const char *name, const char *mode)
{
    char path[64];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, mode);
    assert_non_null(file);
    if (*mode == 'r')
        unlink(path);
    return file;
}

static void disassemble(const uint8_t *ssdt, char *text, size_t size)
{
    char folder[] = "/tmp/ssdt.XXXXXX";
    FILE *file;

    assert_non_null(mkdtemp(folder));
    file = open_in(folder, AML, "wb");
    assert_int_equal(fwrite(ssdt, 1, ACPI_COREBOOT_SSDT_SIZE, file), ACPI_COREBOOT_SSDT_SIZE);
    assert_int_equal(fclose(file), 0);
    run_iasl(folder);
    file = open_in(folder, DSL, "rb");
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
    fclose(open_in(folder, AML, "rb"));
    assert_int_equal(rmdir(folder), 0);
}

static void iasl_reads_it_back(void **state)
{
    static const char *const words[] = {"Scope (\\_SB)",
                                        "Device (PVFB)",
                                        "Name (_HID, \"BOOT0000\")",
                                        "Name (_UID, Zero)",
                                        "Memory32Fixed (ReadOnly,",
                                        "0x7FFE1230,",
                                        "0x00000050,",
                                        "Name (_STA, 0x0B)"};
    uint8_t ssdt[ACPI_COREBOOT_SSDT_SIZE];
    static char text[8192];

    (void)state;
    acpi_write_coreboot_ssdt(ssdt, 0x7ffe1230, 0x50);
    disassemble(ssdt, text, sizeof(text));
    for (size_t i = 0; i < ELEMENTS(words); i++)
        assert_non_null(strstr(text, words[i]));
    assert_null(strstr(text, "Incorrect checksum"));
}

/* Searches all tables of the RSDP. */
static bool search(void)
{
    struct acpi_root_copy copy;
    struct error error = {.code = ERROR_NONE};
    struct arena arena;
    bool found;

    arena_begin_test(&arena);
    assert_true(acpi_copy_roots(&fake_memory, FAKE_RSDP, &arena, &copy, &error));
    found = acpi_has_coreboot_device(&fake_memory, &copy.xsdt);
    forget_copies();
    assert_int_equal(arena_end_test(&arena), 0);
    return found;
}

/* An ordinary machine; returns its DSDT, OTHER and SSDT. */
static void add_machine(struct fake_table *ret_tables[3])
{
    static const uint64_t pointers[] = {FADT, SSDT};
    struct fake_table *fadt;

    forget_tables();
    add_rsdp(2, 0, XSDT);
    add_root(XSDT, 8, ELEMENTS(pointers), pointers);
    fadt = add_table(FADT, "FACP", 268);
    put_number(fadt->bytes + 40, 4, DSDT);
    put_number(fadt->bytes + 140, 8, OTHER);
    ret_tables[0] = add_table(DSDT, "DSDT", LENGTH);
    ret_tables[1] = add_table(OTHER, "DSDT", LENGTH);
    ret_tables[2] = add_table(SSDT, "SSDT", LENGTH);
}

static const char *const names[] = {"BOOT0000", "GOOGCB00"};

/* Each name, at every place in each of the tables, and with one wrong letter. */
static void either_name_anywhere(void **state)
{
    struct fake_table *tables[3];

    (void)state;
    add_machine(tables);
    assert_false(search());
    for (size_t i = 0; i < ELEMENTS(tables) * ELEMENTS(names); i++) {
        uint8_t *bytes = tables[i / ELEMENTS(names)]->bytes;
        const char *name = names[i % ELEMENTS(names)];

        for (size_t at = 36; at + 8 <= LENGTH; at++) {
            memcpy(bytes + at, name, 8);
            assert_true(search());
            bytes[at + at % 8] ^= 0x20;
            assert_false(search());
            memset(bytes + at, 0, 8);
        }
    }
    forget_tables();
}

/* Random text of the names' letters, compared with a search that cannot be wrong. */
static void text_like_the_names(void **state)
{
    struct fake_table *tables[3];

    (void)state;
    add_machine(tables);
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        struct random random = random_start(seed);
        uint8_t *bytes = tables[2]->bytes;
        bool there = false;

        for (size_t at = 36; at < LENGTH; at++)
            bytes[at] = (uint8_t) "BOTGC00x"[random_below(&random, 8)];
        if (random_chance(&random, 50))
            memcpy(bytes + 36 + random_below(&random, LENGTH - 43), names[seed % 2], 8);
        for (size_t at = 36; at + 8 <= LENGTH; at++)
            there |= memcmp(bytes + at, names[0], 8) == 0 || memcmp(bytes + at, names[1], 8) == 0;
        check(search() == there);
    }
    forget_tables();
}

static void only_code_is_searched(void **state)
{
    static const struct {
        const char *signature;
        bool found;
    } kinds[] = {{"PSDT", true}, {"OSDT", true}, {"OEM1", false}, {"UEFI", false}};
    struct fake_table *tables[3];

    (void)state;
    for (size_t i = 0; i < ELEMENTS(kinds); i++) {
        add_machine(tables);
        memcpy(tables[2]->bytes, kinds[i].signature, 4);
        memcpy(tables[2]->bytes + 100, "BOOT0000", 8);
        assert_int_equal(search(), kinds[i].found);
    }
    forget_tables();
}

/* An FADT has as many of the two pointers as there is room for; the longer one is the newer. */
static void fadts_of_any_length(void **state)
{
    (void)state;
    for (uint32_t length = 36; length <= 156; length++) {
        static const uint64_t pointers[] = {FADT};
        struct fake_table *fadt;

        for (size_t i = 0; i < 2; i++) {
            forget_tables();
            add_rsdp(2, 0, XSDT);
            add_root(XSDT, 8, ELEMENTS(pointers), pointers);
            fadt = add_table(FADT, "FACP", length);
            if (length >= 44)
                put_number(fadt->bytes + 40, 4, DSDT);
            if (length >= 148)
                put_number(fadt->bytes + 140, 8, OTHER);
            memcpy(add_table(i ? OTHER : DSDT, "DSDT", LENGTH)->bytes + 100, "BOOT0000", 8);
            assert_int_equal(search(), length >= (i ? 148 : 44));
        }
    }
    forget_tables();
}

/* Tables that are not there, end elsewhere or have a wrong checksum. */
static void damaged_tables(void **state)
{
    static const uint32_t lengths[] = {0, 35, LENGTH + 1, UINT32_MAX};
    struct fake_table *tables[3];

    (void)state;
    add_machine(tables);
    memcpy(tables[2]->bytes + 100, "BOOT0000", 8); /* and so the checksum is wrong */
    assert_true(search());
    for (size_t i = 0; i < ELEMENTS(lengths); i++) {
        put_number(tables[2]->bytes + 4, 4, lengths[i]);
        assert_false(search());
    }
    memcpy(tables[0]->bytes + 100, "BOOT0000", 8);
    tables[0]->address = 0x100000;
    assert_false(search());
    forget_tables();
}

/* A thousand tables that are all the same large one at a slightly different address. */
static void work_is_bounded(void **state)
{
    static uint64_t pointers[ACPI_ROOT_ENTRIES];
    struct fake_table *all = add_memory(0x100000, 24 * MIB);

    (void)state;
    for (size_t i = 0; i < ELEMENTS(pointers); i++) {
        uint8_t *table = all->bytes + 64 * i;

        pointers[i] = all->address + 64 * i;
        memcpy(table, "SSDT", 4);
        put_number(table + 4, 4, 6 * MIB);
    }
    add_rsdp(2, 0, XSDT);
    add_root(XSDT, 8, ELEMENTS(pointers), pointers);
    assert_true(search()); /* it cannot tell */
    assert_in_range(fake_bytes_read, 1, 20 * MIB);
    forget_tables();
}

/* As much code as any machine may have is searched, and a byte more is not. */
static void the_largest_table(void **state)
{
    static const uint64_t pointers[] = {0x100000};
    struct fake_table *table = add_memory(0x100000, 16 * MIB + 1);

    (void)state;
    add_rsdp(2, 0, XSDT);
    add_root(XSDT, 8, ELEMENTS(pointers), pointers);
    memcpy(table->bytes, "SSDT", 4);
    put_number(table->bytes + 4, 4, 16 * MIB);
    assert_false(search());
    put_number(table->bytes + 4, 4, 16 * MIB + 1);
    assert_true(search()); /* it cannot tell */
    forget_tables();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_those_of_iasl), cmocka_unit_test(iasl_reads_it_back),
        cmocka_unit_test(either_name_anywhere),    cmocka_unit_test(text_like_the_names),
        cmocka_unit_test(only_code_is_searched),   cmocka_unit_test(fadts_of_any_length),
        cmocka_unit_test(damaged_tables),          cmocka_unit_test(work_is_bounded),
        cmocka_unit_test(the_largest_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
