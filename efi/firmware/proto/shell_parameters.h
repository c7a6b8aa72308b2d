/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EFI_SHELL_PARAMETERS_PROTOCOL (UEFI Shell 2.2, section 2.3). GNU-EFI's header for it pulls in the
 * whole shell protocol; only two members are needed here.
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
    CHAR16 **argv; /* argv[0] is the program */
    UINTN argc;
    void *standard_handles[3];
};

static_assert(offsetof(struct shell_parameters_protocol, argc) == sizeof(void *), "UEFI");
