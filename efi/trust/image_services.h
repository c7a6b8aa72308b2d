/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The services that load programs: shim's, which knows its owner's keys (MOK) and what has been
 * revoked (SBAT), or else the firmware's.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"

struct image_services {
    bool by_shim;
    EFI_IMAGE_LOAD load;
    EFI_IMAGE_START start;
    EFI_IMAGE_UNLOAD unload;
};

/* shim has them since 16.0. */
struct image_services image_services_find(void);

/* What else a file in memory is loaded with, for `parent`, the loader's own image. */
struct image_file {
    EFI_HANDLE parent;
    const void *bytes;
    uint64_t size;
};

/* Loads a program from memory and unloads it: whether it could be started, by the status. */
EFI_STATUS image_services_try(const struct image_services *services, const struct image_file *file);

/* True if a program was refused for its signature, or for the lack of one. */
bool image_was_refused(EFI_STATUS status);

/* Sets the error of such a program and returns false. */
bool image_set_refused(bool by_shim, const char *path, EFI_STATUS status, struct error *error);
