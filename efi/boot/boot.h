/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * efi/boot carries out one boot request: it opens the files, plans and reserves memory, loads,
 * exits boot services and jumps. It knows nothing of entries, loader.conf, boot counting or the
 * menu.
 *
 * This header is all that the rest of the loader calls for a boot.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/bls/boot_request.h"
#include "common/options/options.h"
#include "efi/boot/trust_state.h"

/*
 * Checks that this machine may start a kernel (efi/boot/policy.h), then loads and starts it.
 * Returns only after a dry run, with true, or on failure, with false. All files are closed and all
 * memory is released by then, except for what is in `arena`. `request` must have its volumes set.
 * After a failure, measure_is_spent() tells whether the TPM has recorded this boot.
 */
bool boot_run(EFI_HANDLE image, const struct options *options, const struct boot_request *request,
              struct trust *trust, struct arena *arena, struct error *error);
