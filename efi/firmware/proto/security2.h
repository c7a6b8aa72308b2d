/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EFI_SECURITY2_ARCH_PROTOCOL (UEFI Platform Initialization Specification 1.7, volume 2, section
 * 12.9.2). It is the firmware's own; that it is there says that LoadImage verifies files in memory.
 */
#pragma once

#define SECURITY2_ARCH_PROTOCOL_GUID                                                               \
    {                                                                                              \
        0x94ab2f58, 0x1438, 0x4ef1,                                                                \
        {                                                                                          \
            0x91, 0x52, 0x18, 0x94, 0x1a, 0x3a, 0x0e, 0x68                                         \
        }                                                                                          \
    }
