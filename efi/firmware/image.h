/* SPDX-License-Identifier: BSD-2-Clause */
/* Starting another EFI program. */
#pragma once

#include "efi/efi.h"

/*
 * Starts the program at `path` (UTF-8, from the root of the volume on `device`) with its options.
 * Returns what the program returned, or why it was not started; prints its own error. A driver
 * stays, and the memory that its options lie in with it.
 */
EFI_STATUS chainload(EFI_HANDLE image, EFI_HANDLE device, const char *path, const char *options);
