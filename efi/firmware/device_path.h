/* SPDX-License-Identifier: BSD-2-Clause */
/* Device paths (UEFI 2.10, chapter 10). */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"

/* Types and subtypes that are looked for. */
#define NODE_MEDIA           0x04
#define NODE_MEDIA_HARDDRIVE 0x01
#define NODE_MEDIA_FILE      0x04

struct device_node {
    uint8_t type, subtype;
    const uint8_t *bytes; /* behind the node's header; at any alignment */
    size_t size;
};

/*
 * Walks along a path, whose lengths the firmware vouches for: *position begins as the path, which
 * may be NULL. False at its end.
 */
bool device_path_next(const void **position, struct device_node *ret_node);

/* The path of a handle; NULL when it has none. */
const void *device_path_of(EFI_HANDLE handle);

/* All file nodes of a path as one UTF-8 path in the arena; NULL when memory is short. */
const char *device_path_file_name(const void *path, struct arena *arena);

/* A path to a file on a device, in the arena; NULL when memory is short. */
EFI_DEVICE_PATH *device_path_make_file(EFI_HANDLE device, const CHAR16 *file, struct arena *arena);
