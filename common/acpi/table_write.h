/* SPDX-License-Identifier: BSD-2-Clause */
/* What all tables of our own have in common (ACPI 6.5, section 5.2.6). */
#pragma once

#include <stdint.h>

/* Writes the length into a table's header, then the checksum of the whole. */
void acpi_finish_table(uint8_t *table, uint32_t length);

/* The byte that makes `length` bytes add up to zero, when that byte itself is zero. */
uint8_t acpi_checksum(const uint8_t *bytes, uint32_t length);
