/* SPDX-License-Identifier: BSD-2-Clause */
/* EFI_MEMORY_ATTRIBUTE_PROTOCOL (UEFI 2.10, section 37.7.1). */
#pragma once

#include "efi/efi.h"

#include <assert.h>

#define MEMORY_ATTRIBUTE_PROTOCOL_GUID                                                             \
    {                                                                                              \
        0xf4560cf6, 0x40ec, 0x4b4a,                                                                \
        {                                                                                          \
            0xa1, 0x92, 0xbf, 0x1d, 0x57, 0xd0, 0xb1, 0x89                                         \
        }                                                                                          \
    }

#define MEMORY_ATTRIBUTE_XP UINT64_C(0x4000)  /* EFI_MEMORY_XP: not executable */
#define MEMORY_ATTRIBUTE_RO UINT64_C(0x20000) /* EFI_MEMORY_RO: read-only */

struct memory_attribute_protocol {
    EFI_STATUS(EFIAPI *get)
    (struct memory_attribute_protocol *this, EFI_PHYSICAL_ADDRESS base, UINT64 length,
     UINT64 *ret_attributes);
    EFI_STATUS(EFIAPI *set)
    (struct memory_attribute_protocol *this, EFI_PHYSICAL_ADDRESS base, UINT64 length,
     UINT64 attributes);
    EFI_STATUS(EFIAPI *clear)
    (struct memory_attribute_protocol *this, EFI_PHYSICAL_ADDRESS base, UINT64 length,
     UINT64 attributes);
};

static_assert(sizeof(struct memory_attribute_protocol) == 3 * sizeof(void *), "UEFI");
