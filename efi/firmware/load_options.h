/* SPDX-License-Identifier: BSD-2-Clause */
/* Who started us said what: the shell's parameters, else LoadOptions. */
#pragma once

#include "efi/efi.h"

#include "common/bls/options.h"

/* Prints its own error. */
EFI_STATUS load_options_collect(EFI_HANDLE image, const EFI_LOADED_IMAGE *loaded,
                                struct arena *arena, struct options *ret_options);

/* True when a UEFI shell started us. */
bool load_options_are_from_shell(EFI_HANDLE image);
