/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's memory map, as GetMemoryMap() gives it. What is made of it: pvh/prepare.h. */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"
#include "common/base/error.h"
#include "pvh/memory_map.h"

struct map_buffer {
    uint8_t *descriptors;
    UINTN capacity; /* bytes */
    UINTN size;
    UINTN stride;
    UINTN key; /* for ExitBootServices() */
    UINT32 version;
};

/*
 * Makes room, in the arena, for a map somewhat larger than today's. *ret_count is how many
 * descriptors fit. Can be called again when the map has grown.
 */
bool map_buffer_reserve(struct map_buffer *buffer, struct arena *arena, size_t *ret_count,
                        struct error *error);

/*
 * Asks the firmware for its map. No allocation, no text: EFI_BUFFER_TOO_SMALL means that
 * map_buffer_reserve() is due, as it is at first.
 */
EFI_STATUS map_buffer_read(struct map_buffer *buffer);

/* What was read last. */
struct firmware_map map_buffer_get(const struct map_buffer *buffer);
