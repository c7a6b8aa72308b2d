/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TPM's event log in the ACPI overlay. What the firmware measures between the copy and the end
 * of boot services, as ExitBootServices() itself, is in the table of final events only. Nothing
 * here fails: a kernel without the log boots as on a machine without a TPM.
 */
#pragma once

#include "efi/boot/boot_state.h"

/* The room that the overlay must have for the log; 0 if there is none to hand over. */
uint32_t event_log_size(const struct boot *boot);

/* Copies the log to its place. Calls the firmware: to be called before the last GetMemoryMap(). */
void event_log_copy(struct boot *boot);

/* Appends what has been measured since, after boot services have ended. */
void event_log_finish(struct boot *boot);
