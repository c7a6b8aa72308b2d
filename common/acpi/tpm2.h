/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TPM2 table (TCG ACPI Specification 1.3, section 7): Linux finds the event log of the firmware
 * in it (drivers/char/tpm/eventlog/acpi.c), but most firmware passes that log to EFI programs only.
 */
#pragma once

#include "common/acpi/root_table.h"

#define ACPI_TPM2_MIN_SIZE 76 /* with address and size of the log */

/*
 * Finds the firmware's TPM2 table; false if there is no valid one, or if it leads to an event log
 * that the kernel will find, or to what cannot be read.
 */
bool acpi_find_tpm2_without_log(struct acpi_memory *memory, uint64_t rsdp,
                                struct acpi_table *ret_tpm2);

/* The size in bytes of a copy that has room for address and size of the log. */
uint32_t acpi_tpm2_copy_size(const struct acpi_table *tpm2);

/* Writes the firmware's table into the first bytes of a zeroed copy. */
void acpi_copy_tpm2(uint8_t *copy, const struct acpi_table *tpm2);

/* Puts the log of `log_size` bytes at physical `log` into a copy of `size` bytes. */
void acpi_set_event_log(uint8_t *copy, uint32_t size, uint64_t log, uint32_t log_size);
