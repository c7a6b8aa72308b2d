/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/boot_map.h"

#include "common/acpi/mcfg.h"
#include "efi/firmware/efi_error.h"

/* How often the map may outgrow a newly allocated buffer. */
#define MAX_ATTEMPTS 16

static bool make_room(struct boot_map *map, struct error *error)
{
    size_t count;

    return map_buffer_reserve(&map->buffer, map->preparation.arena, &count, error) &&
           prepare_reserve(&map->preparation, count,
                           ACPI_ECAM_WINDOWS + map->preparation.table_count, error);
}

bool boot_map_read(struct boot_map *map, struct error *error)
{
    EFI_STATUS status = map_buffer_read(&map->buffer);

    for (int i = 0; status == EFI_BUFFER_TOO_SMALL && i < MAX_ATTEMPTS; i++) {
        if (!make_room(map, error))
            return false;
        status = map_buffer_read(&map->buffer);
    }
    return !EFI_ERROR(status) || error_set_efi(error, status, ERROR_MAP_READ);
}

bool boot_map_update(struct boot_map *map, struct error *error)
{
    struct firmware_map firmware;

    if (!boot_map_read(map, error))
        return false;
    firmware = map_buffer_get(&map->buffer);
    return prepare_map(&map->preparation, &firmware, error);
}
