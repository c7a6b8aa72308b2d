/* SPDX-License-Identifier: BSD-2-Clause */
/* Booting by entries: which one, the menu, and what happens when it fails. */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"
#include "common/bls/options.h"
#include "efi/firmware/volume.h"

/*
 * Boots an entry of the volume: the one that the options name, or the one that is chosen. Returns
 * false when nothing was booted, and true when the user, a dry run or a program that was started
 * ended it. A
 * `notice`, unless NULL, is shown first. `start` is clock_now() of our first instruction.
 */
bool manager_run(EFI_HANDLE image, const EFI_LOADED_IMAGE *loaded, struct volume *volume,
                 const struct options *options, const char *notice, uint64_t start,
                 struct arena *arena, struct error *error);
