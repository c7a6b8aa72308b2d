/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/image/container_reader.h"

void reader_restrict(struct container_reader *reader, struct range where)
{
    reader->position = where.start;
    reader->end = where.end;
}

/*
 * Points *ret_bytes to the `size` bytes at the position, reading ahead. The caller has checked that
 * they are before `end`.
 */
static bool fill_window(struct container_reader *reader, size_t size, const uint8_t **ret_bytes)
{
    uint64_t offset = reader->position - reader->window_start;
    size_t wanted = (size_t)min_u64(reader->end - reader->position, sizeof(reader->window));

    if (reader->position >= reader->window_start &&
        fits_inside(offset, size, reader->window_size)) {
        *ret_bytes = reader->window + offset;
        return true;
    }
    reader->window_size = 0;
    if (!reader->source->read(reader->source, reader->position, reader->window, wanted,
                              reader->error))
        return false;
    reader->window_start = reader->position;
    reader->window_size = wanted;
    *ret_bytes = reader->window;
    return true;
}

bool reader_peek_head(struct container_reader *reader, const uint8_t **ret_head, size_t *ret_size)
{
    *ret_head = reader->window;
    *ret_size = (size_t)min_u64(reader->end - reader->position, CONTAINER_HEAD_SIZE);
    return *ret_size == 0 || fill_window(reader, *ret_size, ret_head);
}

bool reader_take(struct container_reader *reader, size_t size, const uint8_t **ret_bytes)
{
    if (!fits_inside(reader->position, size, reader->end))
        return reader_truncated(reader);
    if (!fill_window(reader, size, ret_bytes))
        return false;
    reader->position += size;
    return true;
}

bool reader_take_byte(struct container_reader *reader, uint8_t *ret_byte)
{
    const uint8_t *byte;

    if (!reader_take(reader, 1, &byte))
        return false;
    *ret_byte = *byte;
    return true;
}

bool reader_skip(struct container_reader *reader, uint64_t size)
{
    if (!fits_inside(reader->position, size, reader->end))
        return reader_truncated(reader);
    reader->position += size;
    return true;
}

bool(reader_truncated)(struct container_reader *reader)
{
    return error_set(reader->error, ERROR_UNPACK_TRUNCATED, reader->container->kind, reader->end);
}

bool(reader_damaged)(struct container_reader *reader, const char *reason)
{
    reader->error->reason = reason;
    return error_set(reader->error, ERROR_UNPACK_DAMAGED, reader->container->kind,
                     reader->position);
}

bool(reader_unsupported)(struct container_reader *reader, const char *reason)
{
    reader->error->reason = reason;
    return error_set(reader->error, ERROR_UNPACK_UNSUPPORTED, reader->container->kind);
}

bool reader_add_unpacked(struct container_reader *reader, uint64_t size)
{
    if (!checked_add(reader->container->unpacked, size, &reader->container->unpacked))
        return reader_damaged(reader, "impossible size");
    return true;
}
