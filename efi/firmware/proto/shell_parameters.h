/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EFI_SHELL_PARAMETERS_PROTOCOL (UEFI Shell 2.2, section 2.3). GNU-EFI has it in a header that
 * needs the whole shell protocol; two of its members are enough.
 */
#pragma once

#include "efi/efi.h"

#include <assert.h>

#define SHELL_PARAMETERS_PROTOCOL_GUID                                                             \
    {                                                                                              \
        0x752f3136, 0x4e16, 0x4fdc,                                                                \
        {                                                                                          \
            0xa2, 0x2a, 0xe5, 0xf4, 0x68, 0x12, 0xf4, 0xca                                         \
        }                                                                                          \
    }

struct shell_parameters_protocol {
    CHAR16 **argv; /* the program's own name first */
    UINTN argc;
    void *standard_handles[3];
};

static_assert(offsetof(struct shell_parameters_protocol, argc) == sizeof(void *), "UEFI");
