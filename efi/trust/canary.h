/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether it means something if the firmware loads a program. */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"

/*
 * Whether the firmware verifies programs that it loads from memory, as far as can be told: it has
 * the protocol for it, and has refused an unsigned program. That is tried once, and again only if
 * it failed for another reason. `image` is the loader's own. Otherwise ERROR_NO_VERIFICATION,
 * ERROR_UNSIGNED_ACCEPTED or ERROR_NOT_VERIFIED.
 */
bool canary_check(EFI_HANDLE image, struct error *error);
