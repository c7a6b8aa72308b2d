/* SPDX-License-Identifier: BSD-2-Clause */
/* Starting another EFI program. */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"

/*
 * Starts the program at `path` (UTF-8, from the root of the volume on `device`) with its options.
 * False when it was not started, or ended with an error: its status is the error's. A driver stays,
 * and the memory that its options lie in with it.
 */
bool chainload(EFI_HANDLE image, EFI_HANDLE device, const char *path, const char *options,
               struct error *error);

/* What the firmware knows of our own image: the device that it came from, its options. */
bool image_find_loaded(EFI_HANDLE image, const EFI_LOADED_IMAGE **ret_loaded, struct error *error);
