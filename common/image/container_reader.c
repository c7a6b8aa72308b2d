/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/image/container_reader.h"

#include "common/base/bytes.h"

void reader_restrict(struct container_reader *reader, struct range where)
{
    reader->position = where.start;
    reader->end = where.end;
}

/* Points *ret_bytes to the `size` bytes at the position. Returns false if they have not been read.
 */
static bool find_in_window(struct container_reader *reader, size_t size, const uint8_t **ret_bytes)
{
    uint64_t offset;

    if (reader->position < reader->window_start)
        return false;
    offset = reader->position - reader->window_start;
    if (!fits_inside(offset, size, reader->window_size))
        return false;
    *ret_bytes = reader->window + offset;
    return true;
}

/* Reads `size` bytes at `start`, which are in the source and fit into the window. */
static bool read_window(struct container_reader *reader, uint64_t start, size_t size)
{
    reader->window_size = 0;
    if (!reader->source->read(reader->source, start, reader->window, size, reader->error))
        return false;
    reader->window_start = start;
    reader->window_size = size;
    return true;
}

/*
 * Points *ret_bytes to the `size` bytes at the position, reading ahead. The caller has checked that
 * they are before `end`.
 */
static bool fill_window(struct container_reader *reader, size_t size, const uint8_t **ret_bytes)
{
    size_t wanted = (size_t)min_u64(reader->end - reader->position, sizeof(reader->window));

    return find_in_window(reader, size, ret_bytes) ||
           (read_window(reader, reader->position, wanted) &&
            find_in_window(reader, size, ret_bytes));
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

bool reader_peek_magic(struct container_reader *reader, uint32_t *ret_magic)
{
    const uint8_t *bytes;

    *ret_magic = 0;
    if (reader->end - reader->position < 4)
        return true;
    if (!fill_window(reader, 4, &bytes))
        return false;
    *ret_magic = read_le32(bytes);
    return true;
}

bool reader_take_back(struct container_reader *reader, size_t size, const uint8_t **ret_bytes)
{
    const uint64_t end = reader->position;
    const uint64_t first = reader->container->content.start;
    size_t wanted = (size_t)min_u64(end - first, sizeof(reader->window));

    reader->position = end - size;
    return find_in_window(reader, size, ret_bytes) ||
           (read_window(reader, end - wanted, wanted) && find_in_window(reader, size, ret_bytes));
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
