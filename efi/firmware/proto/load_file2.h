/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EFI_LOAD_FILE2_PROTOCOL (UEFI 2.10, section 13.2), and the GUID of the vendor media device path
 * on which boot loaders offer an initrd (LINUX_EFI_INITRD_MEDIA_GUID in Linux).
 */
#pragma once

#include "efi/efi.h"

#include <assert.h>

#define LOAD_FILE2_PROTOCOL_GUID                                                                   \
    {                                                                                              \
        0x4006c0c1, 0xfcb3, 0x403e,                                                                \
        {                                                                                          \
            0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d                                         \
        }                                                                                          \
    }

#define LINUX_INITRD_MEDIA_GUID                                                                    \
    {                                                                                              \
        0x5568e427, 0x68fc, 0x4f3d,                                                                \
        {                                                                                          \
            0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68                                         \
        }                                                                                          \
    }

struct load_file2_protocol {
    EFI_STATUS(EFIAPI *load)
    (struct load_file2_protocol *this, EFI_DEVICE_PATH *path, BOOLEAN boot_policy, UINTN *size,
     void *buffer);
};

static_assert(sizeof(struct load_file2_protocol) == sizeof(void *), "UEFI");
