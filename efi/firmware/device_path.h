/* SPDX-License-Identifier: BSD-2-Clause */
/* Device paths (UEFI 2.10, chapter 10), and connecting the devices. */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"

/* Node types and subtypes that are used. */
#define NODE_MEDIA           0x04
#define NODE_MEDIA_HARDDRIVE 0x01
#define NODE_MEDIA_FILE      0x04

struct device_node {
    uint8_t type, subtype;
    const uint8_t *bytes; /* the node's data after its header, unaligned */
    size_t size;          /* of the data, in bytes */
};

/*
 * Iterates over a device path. *position starts as the path, which may be NULL. Returns false at
 * the end. The node lengths are the firmware's and are trusted.
 */
bool device_path_next(const void **position, struct device_node *ret_node);

/* The device path of a handle, owned by the firmware; NULL when the handle has none. */
const void *device_path_of(EFI_HANDLE handle);

/*
 * The file nodes of a device path, joined, as UTF-8 in the arena: "" for a path without any. NULL
 * when out of memory.
 */
const char *device_path_file_name(const void *path, struct arena *arena);

/*
 * The device path of a file on `device`, in the arena. NULL when out of memory or when the file
 * name does not fit a node.
 */
EFI_DEVICE_PATH *device_path_make_file(EFI_HANDLE device, const CHAR16 *file, struct arena *arena);

/* A path of the first `size` bytes of another one, whole nodes, in the arena; NULL out of memory.
 */
EFI_DEVICE_PATH *device_path_copy_start(const void *path, size_t size, struct arena *arena);

/*
 * Lets the drivers that there are look at the device, and at all that is on it: firmware that boots
 * fast connects only what it boots from.
 */
void device_connect(EFI_HANDLE device);

/* The same for every handle; takes seconds on some machines. */
EFI_STATUS device_connect_all(void);
