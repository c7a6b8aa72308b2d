/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory map of a boot: the firmware's, and the preparation made from it (pvh/prepare.h). */
#pragma once

#include "efi/firmware/memory_map.h"
#include "pvh/prepare.h"

struct boot_map {
    struct map_buffer buffer;
    struct preparation preparation; /* the caller sets its arena, and later plan and boot info */
};

/*
 * Reads the firmware's map into map->buffer, growing the buffer as needed. Allocates, so it must
 * not be called once ExitBootServices() has been tried.
 */
bool boot_map_read(struct boot_map *map, struct error *error);

/* The same, and updates map->preparation.map. */
bool boot_map_update(struct boot_map *map, struct error *error);
