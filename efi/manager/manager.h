/* SPDX-License-Identifier: BSD-2-Clause */
/* Booting by entries: which one, the menu, and what happens when it fails. */
#pragma once

#include "efi/efi.h"

#include "common/bls/options.h"

/*
 * Boots an entry of the volume: the one that the options name, or the one that is chosen. Returns
 * when nothing was booted, with why, or with EFI_SUCCESS when the user or a program that was
 * started ended it. Prints its own errors. `start` is clock_now() of our first instruction.
 */
EFI_STATUS manager_run(EFI_HANDLE image, const EFI_LOADED_IMAGE *loaded, EFI_FILE_HANDLE root,
                       const struct options *options, uint64_t start, struct arena *arena);
