/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An initrd offered by the program that started us, through the protocol that Linux's EFI stub uses
 * (LINUX_EFI_INITRD_MEDIA_GUID). OVMF's shell has an `initrd` command for it; U-Boot and newer iPXE
 * support it too.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"

#define INITRD_MEDIA_NAME "the caller's initrd"

struct initrd_media {
    struct load_file2_protocol *protocol; /* NULL: none is offered */
    EFI_DEVICE_PATH *path;
    uint64_t size; /* bytes */
};

/* Looks for an initrd. When there is none, returns true with a size of 0. */
bool initrd_media_find(struct initrd_media *ret_media, struct error *error);

/* Reads all of it into `buffer`, which has media->size bytes. A changed size is an error. */
bool initrd_media_load(const struct initrd_media *media, void *buffer, struct error *error);
