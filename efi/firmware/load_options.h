/* SPDX-License-Identifier: BSD-2-Clause */
/* Our command line: the UEFI shell's parameters, or else LoadOptions. */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"
#include "common/options/load_options.h"
#include "common/options/options.h"

/*
 * Reads and parses the options; all strings are in the arena. *ret_kind says what LoadOptions
 * contained. False, with ERROR_OPTIONS and a reason, for options that are not understood.
 */
bool load_options_collect(EFI_HANDLE image, const EFI_LOADED_IMAGE *loaded, struct arena *arena,
                          struct options *ret_options, enum load_options *ret_kind,
                          struct error *error);

/* The same for an image that contains its kernel: common/options/image_options.h. */
bool load_options_collect_image(const EFI_LOADED_IMAGE *loaded, struct arena *arena,
                                unsigned *ret_profile, struct options *ret_options,
                                struct error *error);

/* True when we were started by a UEFI shell. */
bool load_options_are_from_shell(EFI_HANDLE image);
