/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An initrd offered by the program that started us, or by us to a program that we start, through
 * the protocol that Linux's EFI stub uses (LINUX_EFI_INITRD_MEDIA_GUID). OVMF's shell has an
 * `initrd` command for it; U-Boot and newer iPXE support it too.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"
#include "efi/firmware/proto/load_file2.h"

#define INITRD_MEDIA_NAME "the caller's initrd"

struct initrd_media {
    struct load_file2_protocol *protocol; /* NULL: none is offered */
    EFI_DEVICE_PATH *path;
    uint64_t size; /* bytes */
};

/* Looks for an initrd. When there is none, returns true with a size of 0. */
bool initrd_media_find(struct initrd_media *ret_media, struct error *error);

/* An initrd that is offered; all zero: nothing is. It must stay where it is. */
struct initrd_offer {
    struct load_file2_protocol protocol; /* first, so that it can be cast back */
    const uint8_t *bytes;                /* not owned */
    uint64_t size;
    EFI_HANDLE handle;
};

/*
 * Offers `size` bytes until initrd_media_withdraw(), which is for CLEANUP(). The firmware's status:
 * EFI_ALREADY_STARTED if somebody else offers an initrd.
 */
EFI_STATUS initrd_media_offer(const uint8_t *bytes, uint64_t size, struct initrd_offer *ret_offer);
void initrd_media_withdraw(struct initrd_offer *offer);

/* Reads all of it into `buffer`, which has media->size bytes. A changed size is an error. */
bool initrd_media_load(const struct initrd_media *media, void *buffer, struct error *error);
