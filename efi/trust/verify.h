/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking shim or the firmware whether a file is signed by someone whom this machine trusts. */
#pragma once

#include "efi/efi.h"

#include "common/trust/policy.h"

/*
 * Whether the PE file in `bytes` is signed so that this machine starts it. `image` is the loader's
 * own, `path` the file's name for messages. Nothing is left loaded.
 *
 * Where Secure Boot is off, and where shim's validation is, nothing is checked and the answer is
 * true: no word may then say that the file was verified. A file that is accepted is measured to PCR
 * 4, so this is to be called once, when it is known that the kernel will be booted.
 *
 * Only these bytes have been verified: the caller must decode them where they are, not read the
 * file again. Of a bzImage, the payload is among what the signature covers.
 */
bool image_verify(EFI_HANDLE image, const char *path, const void *bytes, uint64_t size,
                  enum secure_boot state, struct error *error);
