/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/system_table.h"
#include "common/base/bytes.h"
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

/* UEFI 2.10, section 4.6.1. */
#define SMBIOS3_GUID                                                                               \
    {                                                                                              \
        0xf2fd1544, 0x9794, 0x4a2c,                                                                \
        {                                                                                          \
            0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94                                         \
        }                                                                                          \
    }
#define SMBIOS_GUID                                                                                \
    {                                                                                              \
        0xeb9d2d31, 0x2d88, 0x11d3,                                                                \
        {                                                                                          \
            0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d                                         \
        }                                                                                          \
    }

static bool find_smbios(const EFI_GUID *guid, struct smbios_walk *ret_walk)
{
    uint64_t entry_point = system_table_find(guid);
    struct smbios_tables tables;

    if (!entry_point ||
        !smbios_read_entry_point((const uint8_t *)(uintptr_t)entry_point, &tables) ||
        tables.address > UINTPTR_MAX - tables.size)
        return false;
    *ret_walk = (struct smbios_walk){
        .bytes = (const uint8_t *)(uintptr_t)tables.address,
        .size = tables.size,
    };
    return true;
}

struct smbios_walk system_table_smbios(void)
{
    static const EFI_GUID guids[] = {SMBIOS3_GUID, SMBIOS_GUID};
    struct smbios_walk walk = {.bytes = NULL};

    if (!find_smbios(&guids[0], &walk))
        (void)find_smbios(&guids[1], &walk);
    return walk;
}

/* UEFI 2.10, section 23.4: the table's header and one resource, and where their members are. */
#define ESRT_GUID                                                                                  \
    {                                                                                              \
        0xb122a263, 0x3661, 0x4f68,                                                                \
        {                                                                                          \
            0x99, 0x29, 0x78, 0xf8, 0xb0, 0xd6, 0x21, 0x80                                         \
        }                                                                                          \
    }
#define ESRT_HEADER_SIZE     16
#define ESRT_RESOURCE_SIZE   40
#define ESRT_TYPE            16
#define ESRT_STATUS          36
#define ESRT_SYSTEM_FIRMWARE 1
#define ESRT_MOST_RESOURCES  256 /* more than any machine has parts */

bool system_table_firmware_update_failed(void)
{
    static const EFI_GUID guid = ESRT_GUID;
    const uint8_t *table = (const uint8_t *)(uintptr_t)system_table_find(&guid);
    uint32_t count = table ? read_le32(table) : 0;

    for (uint32_t i = 0; i < count && i < ESRT_MOST_RESOURCES; i++) {
        const uint8_t *resource = table + ESRT_HEADER_SIZE + (size_t)i * ESRT_RESOURCE_SIZE;

        if (read_le32(resource + ESRT_TYPE) == ESRT_SYSTEM_FIRMWARE)
            return read_le32(resource + ESRT_STATUS) != 0;
    }
    return false;
}
