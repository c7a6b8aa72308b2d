/* SPDX-License-Identifier: BSD-2-Clause */
/* The EFI system table: the firmware's name and version, and its configuration tables. */
#pragma once

#include "efi/efi.h"

#include "common/base/text.h"
#include "common/smbios/smbios.h"

/* Appends vendor and version, such as "EDK II 1.00". */
void system_table_append_firmware(struct text *text);

/* Appends the version of the UEFI specification, such as "UEFI 2.70". */
void system_table_append_specification(struct text *text);

/* The address of the configuration table with this GUID; 0 when there is none. */
uint64_t system_table_find(const EFI_GUID *guid);

/*
 * The physical address of the RSDP that the firmware publishes for ACPI 2.0 and later, or for ACPI
 * 1.0. 0 when there is none. Its contents are not checked.
 */
uint64_t system_table_find_rsdp(bool acpi_2);

/* True if the firmware says that its last update has failed: in its ESRT (UEFI 2.10, 23.4). */
bool system_table_firmware_update_failed(void);

/* A walk over SMBIOS's OEM strings; there is nothing in it if the firmware has none, or bad ones.
 */
struct smbios_walk system_table_smbios(void);
