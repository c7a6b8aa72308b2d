/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An initrd that whoever started us offers, as Linux's EFI stub takes it: OVMF's shell does with
 * its `initrd` command, U-Boot and newer iPXE do too.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"

#define INITRD_MEDIA_NAME "the caller's initrd"

struct initrd_media {
    struct load_file2_protocol *protocol; /* NULL: none is offered */
    EFI_DEVICE_PATH *path;
    uint64_t size;
};

/* Looks for one; none is no error. */
bool initrd_media_find(struct initrd_media *ret_media, struct error *error);

/* Reads all of it into a buffer of media->size bytes. */
bool initrd_media_load(const struct initrd_media *media, void *buffer, struct error *error);
