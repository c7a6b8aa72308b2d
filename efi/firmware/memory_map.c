/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/memory_map.h"

#include "efi/firmware/efi_error.h"

/*
 * The map grows by our own allocations and by the firmware's events; Linux found machines that need
 * 32 descriptors of slack.
 */
#define SLACK_DESCRIPTORS 32
#define SMALLEST_STRIDE   40
#define MAX_ATTEMPTS      8

static bool reserve_tables(struct memory *memory, struct arena *arena, struct error *error)
{
    size_t descriptors = memory->capacity / max_u64(memory->stride, SMALLEST_STRIDE);

    return memory_map_reserve(&memory->map, arena, descriptors, ACPI_ECAM_WINDOWS, error) &&
           e820_reserve(&memory->e820, arena, &memory->map, error);
}

bool memory_reserve(struct memory *memory, struct arena *arena, struct error *error)
{
    UINTN size = 0;
    EFI_STATUS status;

    status = BS->GetMemoryMap(&size, NULL, &memory->key, &memory->stride, &memory->version);
    if (status != EFI_BUFFER_TOO_SMALL || size == 0)
        return error_set_efi(error, EFI_ERROR(status) ? status : EFI_LOAD_ERROR, ERROR_MAP_SIZE);
    memory->capacity = size + SLACK_DESCRIPTORS * max_u64(memory->stride, SMALLEST_STRIDE);
    memory->buffer = arena_alloc(arena, memory->capacity, 1);
    if (!memory->buffer)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    return reserve_tables(memory, arena, error);
}

EFI_STATUS memory_read(struct memory *memory)
{
    memory->size = memory->capacity;
    return BS->GetMemoryMap(&memory->size, (EFI_MEMORY_DESCRIPTOR *)memory->buffer, &memory->key,
                            &memory->stride, &memory->version);
}

struct firmware_map memory_firmware_map(const struct memory *memory)
{
    return (struct firmware_map){memory->buffer, memory->size, memory->stride};
}

bool memory_build(struct memory *memory, struct error *ret_error)
{
    const struct firmware_map firmware = memory_firmware_map(memory);
    const struct map_overlays overlays = {
        .ecam = memory->ecam.windows,
        .ecam_count = memory->ecam.count,
        .override = memory->override,
    };

    return memory_map_build(&memory->map, &firmware, &overlays, ret_error);
}

bool memory_update(struct memory *memory, struct arena *arena, struct error *error)
{
    EFI_STATUS status = memory->buffer ? memory_read(memory) : EFI_BUFFER_TOO_SMALL;

    for (int i = 0; status == EFI_BUFFER_TOO_SMALL && i < MAX_ATTEMPTS; i++) {
        if (!memory_reserve(memory, arena, error))
            return false;
        status = memory_read(memory);
    }
    if (EFI_ERROR(status))
        return error_set_efi(error, status, ERROR_MAP_READ);
    return memory_build(memory, error);
}

void memory_count_free(const struct memory *memory, uint64_t *ret_all, uint64_t *ret_largest)
{
    *ret_all = 0;
    *ret_largest = 0;
    for (size_t i = 0; i < memory->map.count; i++) {
        const struct memory_range *range = &memory->map.ranges[i];

        if (range->class != MEMORY_CONVENTIONAL)
            continue;
        *ret_all += range_size(range->range);
        *ret_largest = max_u64(*ret_largest, range_size(range->range));
    }
}
