/* SPDX-License-Identifier: BSD-2-Clause */
/* What the EFI system table tells: the firmware's name and version, and the ACPI root pointers. */
#pragma once

#include "efi/efi.h"

#include "common/base/text.h"

/* Append the firmware's name with its version, "EDK II 1.00", and its specification, "UEFI 2.70".
 */
void system_table_append_firmware(struct text *text);
void system_table_append_specification(struct text *text);

/* Address of an ACPI RSDP that the firmware publishes, 2.0 before 1.0; 0 when there is none. */
uint64_t system_table_find_rsdp(bool second_version);
