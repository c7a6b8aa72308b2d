/* SPDX-License-Identifier: BSD-2-Clause */
/* Who started us said what: the shell's parameters, else LoadOptions. */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"
#include "common/bls/load_options.h"
#include "common/bls/options.h"

/* Reads them; *ret_kind tells what LoadOptions turned out to be. All strings are in the arena. */
bool load_options_collect(EFI_HANDLE image, const EFI_LOADED_IMAGE *loaded, struct arena *arena,
                          struct options *ret_options, enum load_options *ret_kind,
                          struct error *error);

/* True when a UEFI shell started us. */
bool load_options_are_from_shell(EFI_HANDLE image);
