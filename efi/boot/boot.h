/* SPDX-License-Identifier: BSD-2-Clause */
/* From a boot request to the kernel. */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/bls/boot_request.h"
#include "common/bls/options.h"

/*
 * Loads and starts the kernel, where the machine allows that (efi/boot/policy.h). Returns false
 * when that fails, with everything given back, and true at the end of a dry run.
 */
bool boot_run(EFI_HANDLE image, const struct options *options, const struct boot_request *request,
              struct arena *arena, struct error *error);
