/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ACPI's tables, as far as a loader has to read them: the RSDP, the root tables, MCFG. Nothing here
 * knows where the tables' memory comes from or what is made of what they say; whatever they say,
 * the work is bounded.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Physical memory, or a test's idea of it. */
struct acpi_memory {
    /* `length` bytes at `address` that may be read, or NULL when no table can lie there. */
    const uint8_t *(*map)(struct acpi_memory *memory, uint64_t address, uint64_t length);
};

/* What all of ACPI's checksums are. */
static inline bool acpi_sums_to_zero(const uint8_t *bytes, uint64_t length)
{
    uint8_t sum = 0;

    for (uint64_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + bytes[i]);
    return sum == 0;
}
