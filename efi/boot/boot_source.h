/* SPDX-License-Identifier: BSD-2-Clause */
/* Opens what is booted: files of volumes, bytes in memory, and an initrd that is offered. */
#pragma once

#include "efi/efi.h"

#include "common/bls/boot_request.h"
#include "common/trust/policy.h"
#include "efi/firmware/file.h"

/* As file_open(); reading adds to the progress line. */
bool boot_source_open(const struct boot_file *source, struct file *ret_file, struct error *error);

/*
 * Reads an initrd that the program before us offers (efi/firmware/initrd_media.h) into the arena
 * and appends it as a part of a larger one; efi/boot/modules.h takes one that is alone to its place
 * without a copy. Behind an initrd in our image (`has_own`) it is for Linux only. With Secure Boot
 * on, it is left out with a warning where there is an initrd in
 * our image (`has_own`), and refused otherwise. Nothing is done if there is none.
 */
bool initrd_add_offered(enum secure_boot state, bool has_own, struct arena *arena,
                        struct boot_files *initrds, struct error *error);
