/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * efi/manager boots by entries: it reads the catalog, chooses an entry, by default or with the
 * menu, counts the boot and maintains the Boot Loader Interface. How a kernel is loaded, and how
 * the menu is drawn, it does not know: efi/boot and efi/menu do.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"
#include "common/options/options.h"
#include "efi/boot/trust_state.h"
#include "efi/firmware/volume.h"

/*
 * Boots an entry of the volume: the one named in the options, the default, or the one chosen in the
 * menu. Returns false when nothing could be booted. Returns true when the user quits, after a dry
 * run, or when an EFI program has exited. `notice` is shown first; it may be NULL. `start` is
 * clock_now() when efi_main() was entered.
 */
bool manager_run(EFI_HANDLE image, const EFI_LOADED_IMAGE *loaded, struct volume *volume,
                 const struct options *options, struct trust *trust, const char *notice,
                 uint64_t start, struct arena *arena, struct error *error);
