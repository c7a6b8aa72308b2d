/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/disk/block_device.h"

#include "common/base/overflow.h"
#include "common/base/units.h"

#include <string.h>

/* Enough for the entries of most GPTs at once; whole blocks of any size that there is. */
#define BUFFER_SIZE UINT64_C(16384)

static bool fill_buffer(struct block_device *device, uint64_t position)
{
    EFI_BLOCK_IO *block_io = device->block_io;
    uint64_t size = min_u64(BUFFER_SIZE, device->source.size - position);

    device->position = UINT64_MAX;
    if (EFI_ERROR(block_io->ReadBlocks(block_io, block_io->Media->MediaId,
                                       position / device->block_size, size, device->buffer)))
        return false;
    device->position = position;
    return true;
}

static bool read_device(struct byte_source *source, uint64_t offset, void *buffer, size_t length,
                        struct error *error)
{
    struct block_device *device = (struct block_device *)source;
    uint8_t *to = buffer;

    while (length > 0) {
        uint64_t position = align_down(offset, BUFFER_SIZE);
        size_t count = (size_t)min_u64(length, position + BUFFER_SIZE - offset);

        if (device->position != position && !fill_buffer(device, position))
            return error_set(error, ERROR_READ);
        memcpy(to, device->buffer + (offset - position), count);
        to += count;
        offset += count;
        length -= count;
    }
    return true;
}

static bool is_usable(const EFI_BLOCK_IO_MEDIA *media)
{
    return media && media->MediaPresent && is_power_of_two(media->BlockSize) &&
           media->BlockSize <= BUFFER_SIZE && media->IoAlign <= PAGE_SIZE;
}

bool block_device_open(EFI_HANDLE handle, struct arena *arena, struct block_device *ret_device,
                       struct error *error)
{
    EFI_GUID guid = EFI_BLOCK_IO_PROTOCOL_GUID;
    EFI_BLOCK_IO *block_io = NULL;
    uint64_t blocks, size;
    uint8_t *buffer;

    *ret_device = (struct block_device){.handle = NULL};
    if (EFI_ERROR(BS->HandleProtocol(handle, &guid, (void **)&block_io)) ||
        !is_usable(block_io->Media) || !checked_add(block_io->Media->LastBlock, 1, &blocks) ||
        !checked_mul(blocks, block_io->Media->BlockSize, &size))
        return true;
    buffer = arena_alloc_bulk(arena, BUFFER_SIZE + PAGE_SIZE);
    if (!buffer)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    *ret_device = (struct block_device){
        .source = {size, read_device},
        .handle = handle,
        .block_io = block_io,
        .block_size = block_io->Media->BlockSize,
        .buffer = (uint8_t *)(uintptr_t)align_up((uintptr_t)buffer, PAGE_SIZE), /* IoAlign */
        .position = UINT64_MAX,
    };
    return true;
}

bool block_device_recognize(EFI_HANDLE handle, struct arena *arena,
                            const struct file_system **ret_file_system, struct error *error)
{
    struct error ignored = {.code = ERROR_NONE};
    struct block_device device;
    uint8_t *bytes = arena_alloc_bulk(arena, FILE_SYSTEM_PROBE_SIZE);
    size_t size;

    if (!bytes)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    if (!block_device_open(handle, arena, &device, error))
        return false;
    size = (size_t)min_u64(device.source.size, FILE_SYSTEM_PROBE_SIZE);
    if (size > 0 && !device.source.read(&device.source, 0, bytes, size, &ignored))
        size = 0;
    *ret_file_system = file_system_recognize(bytes, size);
    return true;
}
