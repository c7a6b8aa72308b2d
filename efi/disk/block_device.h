/* SPDX-License-Identifier: BSD-2-Clause */
/* Disks and partitions as bytes, by EFI_BLOCK_IO_PROTOCOL. */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"
#include "common/base/byte_source.h"
#include "common/disk/file_system.h"

struct block_device {
    struct byte_source source; /* first, so that it can be cast back; its errors are ERROR_READ */
    EFI_HANDLE handle;         /* NULL when it is not open */
    EFI_BLOCK_IO *block_io;
    uint32_t block_size; /* in bytes; a power of two */
    uint8_t *buffer;     /* of the bytes at `position`, in the arena */
    uint64_t position;   /* UINT64_MAX: of none yet */
};

static inline bool block_device_is_open(const struct block_device *device)
{
    return device->handle;
}

/*
 * Opens what `handle` stands for; *ret_device is not open when that has no blocks or no medium.
 * False when out of memory.
 */
bool block_device_open(EFI_HANDLE handle, struct arena *arena, struct block_device *ret_device,
                       struct error *error);

/*
 * The file system on what `handle` stands for, by its first bytes: an unknown one if they cannot be
 * read. The arena is only used meanwhile. False when out of memory.
 */
bool block_device_recognize(EFI_HANDLE handle, struct arena *arena,
                            const struct file_system **ret_file_system, struct error *error);
