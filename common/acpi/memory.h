/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room common/acpi: the ACPI tables that a loader has to read (RSDP, RSDT and XSDT, MCFG, SPCR),
 * bounded whatever they contain. It must not know how physical memory is mapped or what the results
 * are used for.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Access to physical memory; tests provide their own. */
struct acpi_memory {
    /* Returns `length` readable bytes at `address`, or NULL when no table can be there. */
    const uint8_t *(*map)(struct acpi_memory *memory, uint64_t address, uint64_t length);
    /* True if the kernel will use some of these bytes as RAM, so that they do not last. */
    bool (*is_ram)(struct acpi_memory *memory, uint64_t address, uint64_t length);
};

/* ACPI's checksum: all bytes add up to zero. */
static inline bool acpi_sums_to_zero(const uint8_t *bytes, uint64_t length)
{
    uint8_t sum = 0;

    for (uint64_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + bytes[i]);
    return sum == 0;
}
