/* SPDX-License-Identifier: BSD-2-Clause */
/* Our own EFI image. */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"

/* Our own EFI_LOADED_IMAGE_PROTOCOL: the device that we were loaded from, and our load options. */
bool image_find_loaded(EFI_HANDLE image, const EFI_LOADED_IMAGE **ret_loaded, struct error *error);

/*
 * True when another program started the image: a boot loader or a shell, which came from a file
 * system. The firmware's boot manager does not.
 */
bool image_has_parent_program(const EFI_LOADED_IMAGE *loaded);
