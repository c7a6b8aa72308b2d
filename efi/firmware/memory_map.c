/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/memory_map.h"

#include "common/base/overflow.h"
#include "efi/firmware/efi_error.h"

/*
 * The map grows with our own allocations and with firmware events. Linux uses 32 descriptors of
 * slack too (EFI_MMAP_NR_SLACK_SLOTS), after machines that needed them.
 */
#define SLACK_DESCRIPTORS 32
#define SMALLEST_STRIDE   40

bool map_buffer_reserve(struct map_buffer *buffer, struct arena *arena, size_t *ret_count,
                        struct error *error)
{
    UINTN size = 0;
    size_t stride;
    EFI_STATUS status;

    status = BS->GetMemoryMap(&size, NULL, &buffer->key, &buffer->stride, &buffer->version);
    if (status != EFI_BUFFER_TOO_SMALL || size == 0)
        return error_set_efi(error, EFI_ERROR(status) ? status : EFI_LOAD_ERROR, ERROR_MAP_SIZE);
    stride = max_u64(buffer->stride, SMALLEST_STRIDE);
    buffer->capacity = size + SLACK_DESCRIPTORS * stride;
    buffer->descriptors = arena_alloc(arena, buffer->capacity, 1);
    *ret_count = buffer->capacity / stride;
    return buffer->descriptors || error_set(error, ERROR_OUT_OF_MEMORY);
}

EFI_STATUS map_buffer_read(struct map_buffer *buffer)
{
    if (!buffer->descriptors)
        return EFI_BUFFER_TOO_SMALL;
    buffer->size = buffer->capacity;
    return BS->GetMemoryMap(&buffer->size, (EFI_MEMORY_DESCRIPTOR *)buffer->descriptors,
                            &buffer->key, &buffer->stride, &buffer->version);
}

struct firmware_map map_buffer_get(const struct map_buffer *buffer)
{
    return (struct firmware_map){buffer->descriptors, buffer->size, buffer->stride};
}
