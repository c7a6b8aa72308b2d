/* SPDX-License-Identifier: BSD-2-Clause */
/* What the machine is: its firmware, whether anything may be started on it, and its tables. */
#pragma once

#include "efi/efi.h"

#include "common/base/text.h"

/*
 * EFI_SUCCESS when a kernel may be started here. Else prints why not: a guest of Xen, encrypted
 * memory, Secure Boot.
 */
EFI_STATUS machine_check_platform(void);

/* Append the firmware's name with its version, "EDK II 1.00", and its specification, "UEFI 2.70".
 */
void machine_append_firmware(struct text *text);
void machine_append_specification(struct text *text);

/* Address of an ACPI RSDP that the firmware publishes, 2.0 before 1.0; 0 when there is none. */
uint64_t machine_find_rsdp(bool second_version);
