/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory map of a boot: read from the firmware, prepared for all that follows. */
#pragma once

#include "efi/firmware/memory_map.h"
#include "pvh/prepare.h"

struct boot_map {
    struct map_buffer buffer;
    struct preparation preparation; /* its arena has to be set; plan and boot info are the boot's */
};

/* Reads the firmware's map, with room made as often as need be. Until boot services end. */
bool boot_map_read(struct boot_map *map, struct error *error);

/* The same, and makes map->preparation.map of it. */
bool boot_map_update(struct boot_map *map, struct error *error);
