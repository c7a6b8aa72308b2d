/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/system_table.h"
#include "common/base/utf.h"

#include <string.h>

static void append_revision(struct text *text, uint32_t revision)
{
    text_format(text, " %u.%02u", revision >> 16, revision & 0xffff);
}

void system_table_append_firmware(struct text *text)
{
    char vendor[100] = "";

    if (ST->FirmwareVendor)
        utf16_to_utf8(ST->FirmwareVendor, sizeof(vendor) / 3, vendor, sizeof(vendor));
    text_append(text, vendor);
    append_revision(text, ST->FirmwareRevision);
}

void system_table_append_specification(struct text *text)
{
    text_append(text, "UEFI");
    append_revision(text, ST->Hdr.Revision);
}

uint64_t system_table_find(const EFI_GUID *guid)
{
    for (UINTN i = 0; i < ST->NumberOfTableEntries; i++) {
        if (memcmp(&ST->ConfigurationTable[i].VendorGuid, guid, sizeof(*guid)) == 0)
            return (uintptr_t)ST->ConfigurationTable[i].VendorTable;
    }
    return 0;
}

uint64_t system_table_find_rsdp(bool acpi_2)
{
    static const EFI_GUID guids[] = {ACPI_TABLE_GUID, ACPI_20_TABLE_GUID};

    return system_table_find(&guids[acpi_2]);
}
