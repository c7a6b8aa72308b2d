/* SPDX-License-Identifier: BSD-2-Clause */
/* EFI images: starting another program, and finding our own. */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"

/*
 * Loads and starts the program at `path` (UTF-8, from the root of the volume on `device`) with
 * `options` as its load options; "" leaves them unset. Returns true when the program has exited
 * successfully. Returns false when it could not be started or exited with an error, whose status is
 * in *error. A driver stays loaded, and so does the memory of its options.
 */
bool chainload(EFI_HANDLE image, EFI_HANDLE device, const char *path, const char *options,
               struct error *error);

/* Our own EFI_LOADED_IMAGE_PROTOCOL: the device that we were loaded from, and our load options. */
bool image_find_loaded(EFI_HANDLE image, const EFI_LOADED_IMAGE **ret_loaded, struct error *error);

/*
 * True when another program started the image: a boot loader or a shell, which came from a file
 * system. The firmware's boot manager does not.
 */
bool image_has_parent_program(const EFI_LOADED_IMAGE *loaded);
