/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/acpi/spcr.h"

#include "common/base/bytes.h"
#include "common/base/overflow.h"
#include "common/base/units.h"

#include <stddef.h>

/* ABI: offsets in SPCR; the address is a generic address structure (ACPI 6.5, section 5.2.3.2). */
#define SPCR_INTERFACE     36
#define SPCR_ADDRESS_SPACE 40
#define SPCR_ADDRESS       44
#define SPCR_BAUD_CODE     58
#define SPCR_PRECISE_BAUD  80
#define SPCR_V1_SIZE       80
#define SPCR_V4            4

#define TABLE_REVISION   8
#define ADDRESS_SPACE_IO 1

/* Interfaces that are programmed as a 16550 (Microsoft Debug Port Table 2, table 3). */
static bool is_16550(uint8_t interface)
{
    return interface == 0x00 || interface == 0x01 || interface == 0x12;
}

/* Linux: SERIAL_PORT_DFNS in arch/x86/include/asm/serial.h. */
static bool find_number(uint64_t port, unsigned *ret_number)
{
    static const uint16_t ports[] = {0x3f8, 0x2f8, 0x3e8, 0x2e8};

    for (unsigned i = 0; i < ELEMENTS(ports); i++) {
        if (ports[i] == port) {
            *ret_number = i;
            return true;
        }
    }
    return false;
}

static uint32_t read_baud(const struct acpi_table *spcr)
{
    static const uint32_t rates[] = {[3] = 9600, [4] = 19200, [6] = 57600, [7] = 115200};
    uint8_t code = spcr->bytes[SPCR_BAUD_CODE];

    if (spcr->bytes[TABLE_REVISION] >= SPCR_V4 && fits_inside(SPCR_PRECISE_BAUD, 4, spcr->length) &&
        read_le32(spcr->bytes + SPCR_PRECISE_BAUD) != 0)
        return read_le32(spcr->bytes + SPCR_PRECISE_BAUD);
    return code < ELEMENTS(rates) ? rates[code] : 0;
}

void acpi_find_serial(struct acpi_memory *memory, uint64_t rsdp, struct acpi_serial *ret_serial)
{
    struct acpi_table spcr = acpi_find_table(memory, rsdp, "SPCR");

    *ret_serial = (struct acpi_serial){.present = false};
    if (!spcr.bytes || spcr.length < SPCR_V1_SIZE || !is_16550(spcr.bytes[SPCR_INTERFACE]) ||
        spcr.bytes[SPCR_ADDRESS_SPACE] != ADDRESS_SPACE_IO ||
        !find_number(read_le64(spcr.bytes + SPCR_ADDRESS), &ret_serial->number))
        return;
    ret_serial->present = true;
    ret_serial->baud = read_baud(&spcr);
}
