/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/smbios.h"

#include "efi/firmware/system_table.h"

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

static bool find(const EFI_GUID *guid, struct smbios_walk *ret_walk)
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

struct smbios_walk smbios_find_strings(void)
{
    static const EFI_GUID guids[] = {SMBIOS3_GUID, SMBIOS_GUID};
    struct smbios_walk walk = {.bytes = NULL};

    if (!find(&guids[0], &walk))
        (void)find(&guids[1], &walk);
    return walk;
}
