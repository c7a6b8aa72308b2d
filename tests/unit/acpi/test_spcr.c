/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/acpi/spcr.h"
#include "common/base/overflow.h"
#include "common/base/units.h"

#include <stdlib.h>
#include <string.h>

#define RSDP  0x1000
#define XSDT  0x1100
#define SPCR  0x1200
#define BASE  RSDP
#define LIMIT 0x1300

static uint8_t bytes[LIMIT - BASE];
static uint8_t *handed_out[64];
static size_t handed_count;

/* Returns a copy of exactly the requested bytes, so that reading past them is detected. */
static const uint8_t *map(struct acpi_memory *memory, uint64_t address, uint64_t length)
{
    (void)memory;
    if (address < BASE || !fits_inside(address - BASE, length, sizeof(bytes)))
        return NULL;
    assert_true(handed_count < ELEMENTS(handed_out));
    handed_out[handed_count] = malloc(length);
    return memcpy(handed_out[handed_count++], bytes + (address - BASE), length);
}

static struct acpi_serial find(void)
{
    struct acpi_memory memory = {.map = map};
    struct acpi_serial serial = {true, 99, 99};

    acpi_find_serial(&memory, RSDP, &serial);
    while (handed_count > 0)
        free(handed_out[--handed_count]);
    return serial;
}

static uint8_t *const spcr = bytes + (SPCR - BASE);

static void sign_spcr(size_t size)
{
    put_number(spcr + 4, 4, size);
    acpi_sign(spcr, size, 9);
}

/* COM1 with 115200 baud, as a table of revision 2. */
static void make_tables(void)
{
    uint8_t *rsdp = bytes + (RSDP - BASE), *xsdt = bytes + (XSDT - BASE);

    memset(bytes, 0, sizeof(bytes));
    memcpy(rsdp, "RSD PTR ", 8);
    rsdp[15] = 2;
    put_number(rsdp + 20, 4, 36);
    put_number(rsdp + 24, 8, XSDT);
    acpi_sign(rsdp, 20, 8);
    acpi_sign(rsdp, 36, 32);
    memcpy(xsdt, "XSDT", 4);
    put_number(xsdt + 4, 4, 44);
    put_number(xsdt + 36, 8, SPCR);
    acpi_sign(xsdt, 44, 9);
    memcpy(spcr, "SPCR", 4);
    spcr[8] = 2;
    spcr[40] = 1; /* I/O ports */
    spcr[41] = 8;
    put_number(spcr + 44, 8, 0x3f8);
    spcr[58] = 7;
    sign_spcr(80);
}

static void assert_port(unsigned number, uint32_t baud)
{
    struct acpi_serial serial = find();

    assert_true(serial.present);
    assert_int_equal(serial.number, number);
    assert_int_equal(serial.baud, baud);
}

static void assert_none(void)
{
    struct acpi_serial serial = find();

    assert_false(serial.present);
    assert_int_equal(serial.number, 0);
    assert_int_equal(serial.baud, 0);
}

static void the_four_ports(void **state)
{
    static const uint16_t ports[] = {0x3f8, 0x2f8, 0x3e8, 0x2e8};

    (void)state;
    for (unsigned i = 0; i < ELEMENTS(ports); i++) {
        make_tables();
        put_number(spcr + 44, 8, ports[i]);
        sign_spcr(80);
        assert_port(i, 115200);
    }
}

static void other_ports(void **state)
{
    static const uint64_t ports[] = {0, 0x3f0, 0x10003f8, UINT64_C(0x1000003f8), UINT64_MAX};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(ports); i++) {
        make_tables();
        put_number(spcr + 44, 8, ports[i]);
        sign_spcr(80);
        assert_none();
    }
}

static void ports_in_memory(void **state)
{
    (void)state;
    for (unsigned space = 0; space < 256; space++) {
        make_tables();
        spcr[40] = (uint8_t)space;
        sign_spcr(80);
        if (space == 1)
            assert_port(0, 115200);
        else
            assert_none();
    }
}

static void interfaces(void **state)
{
    (void)state;
    for (unsigned interface = 0; interface < 256; interface++) {
        make_tables();
        spcr[36] = (uint8_t)interface;
        sign_spcr(80);
        if (interface == 0 || interface == 1 || interface == 0x12)
            assert_port(0, 115200);
        else
            assert_none();
    }
}

static void baud_codes(void **state)
{
    (void)state;
    for (unsigned code = 0; code < 256; code++) {
        make_tables();
        spcr[58] = (uint8_t)code;
        sign_spcr(80);
        assert_port(0, code == 3   ? 9600
                       : code == 4 ? 19200
                       : code == 6 ? 57600
                       : code == 7 ? 115200
                                   : 0);
    }
}

/* Revision 4 adds a field for it; before, the bytes there are a name's, or the next table's. */
static void a_precise_rate(void **state)
{
    (void)state;
    make_tables();
    spcr[8] = 4;
    put_number(spcr + 80, 4, 1500000);
    sign_spcr(88);
    assert_port(0, 1500000);
    spcr[8] = 2;
    sign_spcr(88);
    assert_port(0, 115200);
    spcr[8] = 4;
    sign_spcr(83);
    assert_port(0, 115200);
    put_number(spcr + 80, 4, 0);
    sign_spcr(88);
    assert_port(0, 115200);
}

static void no_table(void **state)
{
    (void)state;
    make_tables();
    spcr[0] = 'X';
    assert_none();
    make_tables();
    spcr[20] ^= 1;
    assert_none();
    for (size_t size = 36; size < 80; size++) {
        make_tables();
        sign_spcr(size);
        assert_none();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_four_ports),  cmocka_unit_test(other_ports),
        cmocka_unit_test(ports_in_memory), cmocka_unit_test(interfaces),
        cmocka_unit_test(baud_codes),      cmocka_unit_test(a_precise_rate),
        cmocka_unit_test(no_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
