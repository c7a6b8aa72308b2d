/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * efi/firmware wraps boot services, runtime services and protocols, one file for each subject. It
 * knows nothing of entries, menus or the steps of a boot, and prints nothing: failures are
 * returned.
 *
 * This header turns an EFI_STATUS into a struct error.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"

/* The status as struct error stores it, without the error bit. */
static inline uint64_t efi_status_number(EFI_STATUS status)
{
    return status & ~EFIERR(0);
}

/* error_set() that also records the status: error_set_efi(error, status, ERROR_..., numbers...) */
#define error_set_efi(error, efi_status, ...)                                                      \
    ((error)->status = efi_status_number(efi_status), error_set((error), __VA_ARGS__))

/* The same for an error about the file `name`. */
#define error_set_efi_for(error, name, efi_status, ...)                                            \
    ((error)->status = efi_status_number(efi_status), error_set_for((error), (name), __VA_ARGS__))
