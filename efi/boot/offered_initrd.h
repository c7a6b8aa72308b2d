/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An initrd that the program before us offers (efi/firmware/initrd_media.h), as a part of a larger
 * one. efi/boot/modules.h takes one that is alone to its place without a copy.
 */
#pragma once

#include "common/base/error.h"
#include "common/bls/boot_request.h"
#include "common/trust/policy.h"

/*
 * Reads it into the arena and appends it, if there is one. With Secure Boot on, it is left out with
 * a warning where there is an initrd in our image (`has_own`), and refused otherwise.
 */
bool initrd_add_offered(enum secure_boot state, bool has_own, struct arena *arena,
                        struct boot_files *initrds, struct error *error);
