/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory map as GetMemoryMap() returns it. pvh/prepare.h interprets it. */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"
#include "common/base/error.h"
#include "pvh/memory_map.h"

struct map_buffer {
    uint8_t *descriptors;
    UINTN capacity; /* bytes */
    UINTN size;     /* bytes used */
    UINTN stride;   /* bytes from one descriptor to the next */
    UINTN key;      /* for ExitBootServices() */
    UINT32 version;
};

/*
 * Allocates room in the arena for a map somewhat larger than the current one. *ret_count is the
 * number of descriptors that fit. May be called again when the map has grown.
 */
bool map_buffer_reserve(struct map_buffer *buffer, struct arena *arena, size_t *ret_count,
                        struct error *error);

/*
 * Reads the map. Allocates and prints nothing, so it may be called between two attempts to exit
 * boot services. EFI_BUFFER_TOO_SMALL: call map_buffer_reserve() first, which is always needed
 * once.
 */
EFI_STATUS map_buffer_read(struct map_buffer *buffer);

/* The map that was read last; a view into the buffer, valid until the next read. */
struct firmware_map map_buffer_get(const struct map_buffer *buffer);
