/* SPDX-License-Identifier: BSD-2-Clause */
/* Starting another EFI program. */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"

/*
 * Loads and starts the program at `path` (UTF-8, from the root of the volume on `device`) with
 * `options` as its load options; "" leaves them unset. Returns true when the program has exited
 * successfully. Returns false when it could not be started or exited with an error, whose status is
 * in *error. A driver stays loaded, and so does the memory of its options.
 *
 * The firmware decides whether it may be started, or shim where shim loads programs (16.0 and
 * later): if not, ERROR_REFUSED_BY_FIRMWARE or ERROR_REFUSED_BY_SHIM.
 */
bool chainload(EFI_HANDLE image, EFI_HANDLE device, const char *path, const char *options,
               struct error *error);
