/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An image that contains its kernel, a unified kernel image: the loader with the sections of
 * common/uki/uki.h appended, by ukify or pvhboot-mkimage. It starts that kernel and reads neither
 * loader.conf nor entries.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"
#include "efi/boot/trust_state.h"

/* True if our own image contains a kernel. */
bool stub_is_due(const struct trust *trust);

/*
 * Starts the kernel of our own image with the profile and the command line of LoadOptions. True
 * after a dry run, --help and --version.
 */
bool stub_run(EFI_HANDLE image, const EFI_LOADED_IMAGE *loaded, struct trust *trust,
              struct arena *arena, struct error *error);
