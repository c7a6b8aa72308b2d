/* SPDX-License-Identifier: BSD-2-Clause */
/* EFI_PARTITION_INFO_PROTOCOL (UEFI 2.10, section 13.18), of which only the types are used. */
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

#define PARTITION_TYPE_MBR 1
#define PARTITION_TYPE_GPT 2

/* Where the type is in an MBR's entry. */
#define PARTITION_MBR_TYPE 4

struct partition_info_protocol {
    uint32_t revision;
    uint32_t type; /* PARTITION_TYPE_... */
    uint8_t system;
    uint8_t reserved[7];
    uint8_t entry[128]; /* as in the table: a GPT's begins with its type; an MBR's has 16 bytes */
};

static_assert(offsetof(struct partition_info_protocol, entry) == 16, "UEFI: packed");
