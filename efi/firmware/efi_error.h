/* SPDX-License-Identifier: BSD-2-Clause */
/* What the firmware answered, as an error. */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"

/* A status as struct error has it: without the bit that says that it is an error. */
static inline uint64_t efi_status_number(EFI_STATUS status)
{
    return status & ~EFIERR(0);
}

/* `return error_set_efi(error, status, ERROR_..., numbers...)`: error_set() with the status. */
#define error_set_efi(error, efi_status, ...)                                                      \
    ((error)->status = efi_status_number(efi_status), error_set((error), __VA_ARGS__))

/* The same for an error about the file `name`. */
#define error_set_efi_for(error, name, efi_status, ...)                                            \
    ((error)->status = efi_status_number(efi_status), error_set_for((error), (name), __VA_ARGS__))
