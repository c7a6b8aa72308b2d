/* SPDX-License-Identifier: BSD-2-Clause */
/* The numbers of EFI_STATUS codes (UEFI 2.10, appendix D), without the error bit. */
#pragma once

#include <stdint.h>

enum uefi_status {
    UEFI_FIRMWARE = 0, /* in the list of errors: the status that the firmware returned */
    UEFI_LOAD_ERROR = 1,
    UEFI_INVALID_PARAMETER = 2,
    UEFI_UNSUPPORTED = 3,
    UEFI_DEVICE_ERROR = 7,
    UEFI_OUT_OF_RESOURCES = 9,
    UEFI_VOLUME_CORRUPTED = 10,
    UEFI_NOT_FOUND = 14,
    UEFI_SECURITY_VIOLATION = 26,
    UEFI_END_OF_FILE = 31,
};

/* The name for messages: "Not Found"; "unknown error" for statuses that firmware rarely returns. */
const char *uefi_status_name(uint64_t number);
