/* SPDX-License-Identifier: BSD-2-Clause */
/* EFI_PARTITION_INFO_PROTOCOL (UEFI 2.10, section 13.18), of which only GPT entries' types are
 * used. */
#pragma once

#include "efi/efi.h"

#include <assert.h>

#define PARTITION_INFO_PROTOCOL_GUID                                                               \
    {                                                                                              \
        0x8cf2f62c, 0xbc9b, 0x4821,                                                                \
        {                                                                                          \
            0x80, 0x8d, 0xec, 0x9e, 0xc4, 0x21, 0xa1, 0xa0                                         \
        }                                                                                          \
    }

/* The extended boot loader partition of the Boot Loader Specification (UAPI.1). */
#define XBOOTLDR_PARTITION_GUID                                                                    \
    {                                                                                              \
        0xbc13c2ff, 0x59e6, 0x4262,                                                                \
        {                                                                                          \
            0xa3, 0x52, 0xb2, 0x75, 0xfd, 0x6f, 0x71, 0x72                                         \
        }                                                                                          \
    }

#define PARTITION_TYPE_GPT 2

struct partition_info_protocol {
    uint32_t revision;
    uint32_t type; /* PARTITION_TYPE_... */
    uint8_t system;
    uint8_t reserved[7];
    EFI_GUID gpt_type; /* the beginning of the GPT entry */
};

static_assert(offsetof(struct partition_info_protocol, gpt_type) == 16, "UEFI: packed");
