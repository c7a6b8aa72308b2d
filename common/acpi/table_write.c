/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/acpi/table_write.h"

#include "common/acpi/root_table.h"

#include "common/base/bytes.h"

#define TABLE_CHECKSUM 9

uint8_t acpi_checksum(const uint8_t *bytes, uint32_t length)
{
    uint8_t sum = 0;

    for (uint32_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + bytes[i]);
    return (uint8_t)-sum;
}

void acpi_finish_table(uint8_t *table, uint32_t length)
{
    write_le32(table + ACPI_TABLE_LENGTH, length);
    table[TABLE_CHECKSUM] = 0;
    table[TABLE_CHECKSUM] = acpi_checksum(table, length);
}
