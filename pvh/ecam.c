/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/ecam.h"

#include "common/base/range.h"

static bool overlaps_memory(const struct memory_map *map, struct range window)
{
    const struct memory_range *range = memory_map_find(map, window.start);

    for (; range && range < map->ranges + map->count && range->range.start < window.end; range++) {
        if (memory_is_ram(range->class) || range->class == MEMORY_PERSISTENT)
            return true;
    }
    return false;
}

void ecam_drop_over_memory(struct acpi_windows *windows, const struct memory_map *map)
{
    size_t count = 0;

    for (size_t i = 0; i < windows->count; i++) {
        if (overlaps_memory(map, windows->windows[i]))
            windows->damaged |= ACPI_DAMAGED_TABLE;
        else
            windows->windows[count++] = windows->windows[i];
    }
    windows->count = count;
}
