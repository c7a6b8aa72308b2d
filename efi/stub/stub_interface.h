/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The variables of systemd-stub(7), by which a stub tells the system what it is and does, and those
 * of the Boot Loader Interface that a stub sets when no loader was there to set them. Those about
 * what was measured are measure_announce()'s. Failures are ignored.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"
#include "efi/firmware/tpm.h"

/* `profile` is the number of the profile that is started. */
void stub_interface_announce(const EFI_LOADED_IMAGE *loaded, unsigned profile,
                             const struct tpm *tpm, struct arena *arena);
