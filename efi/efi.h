/* SPDX-License-Identifier: BSD-2-Clause */
/* UEFI types from GNU-EFI's headers, and the tables through which the firmware is called. */
#pragma once

/* Without it EFIAPI expands to nothing: calls compile without a warning and crash at run time. */
#ifndef GNU_EFI_USE_MS_ABI
#error "build with -DGNU_EFI_USE_MS_ABI"
#endif

#include <efi.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Set once by efi_main(), from its arguments. */
extern EFI_SYSTEM_TABLE *ST;
extern EFI_BOOT_SERVICES *BS;
extern EFI_RUNTIME_SERVICES *RT;

/* For `__attribute__((cleanup(...)))`. */
#define CLEANUP(function) __attribute__((cleanup(function)))
