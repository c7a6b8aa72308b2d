/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * common/image/container_reader.h for proofs of what reads through it: any bytes, and the bounds
 * that prove_bzimage.c has proven of the real one.
 */
#include "common/base/bytes.h"
#include "common/image/container_reader.h"
#include "tests/proof/nondet.h"

static uint8_t taken[CONTAINER_HEAD_SIZE];

static bool can_read(struct container_reader *reader)
{
    __CPROVER_havoc_object(taken);
    return nondet_bool() || error_set(reader->error, ERROR_READ);
}

void reader_restrict(struct container_reader *reader, struct range where)
{
    reader->position = where.start;
    reader->end = where.end;
}

bool reader_take(struct container_reader *reader, size_t size, const uint8_t **ret_bytes)
{
    PROVE(size <= READER_TAKE_MAX, "no more is taken than the reader allows");
    if (!fits_inside(reader->position, size, reader->end))
        return reader_truncated(reader);
    if (!can_read(reader))
        return false;
    *ret_bytes = taken;
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
    PROVE(reader->position <= reader->end, "the reader is before its end");
    *ret_magic = 0;
    if (reader->end - reader->position < 4)
        return true;
    if (!can_read(reader))
        return false;
    *ret_magic = read_le32(taken);
    return true;
}

bool reader_take_back(struct container_reader *reader, size_t size, const uint8_t **ret_bytes)
{
    PROVE(size <= READER_TAKE_MAX && reader->position <= reader->end &&
              size <= reader->position - reader->container->content.start,
          "what is taken back is inside the container");
    reader->position -= size;
    *ret_bytes = taken;
    return can_read(reader);
}

bool(reader_truncated)(struct container_reader *reader)
{
    return error_set(reader->error, ERROR_UNPACK_TRUNCATED);
}

bool(reader_damaged)(struct container_reader *reader, const char *reason)
{
    (void)reason;
    return error_set(reader->error, ERROR_UNPACK_DAMAGED);
}

bool(reader_unsupported)(struct container_reader *reader, const char *reason)
{
    (void)reason;
    return error_set(reader->error, ERROR_UNPACK_UNSUPPORTED);
}

bool reader_add_unpacked(struct container_reader *reader, uint64_t size)
{
    return checked_add(reader->container->unpacked, size, &reader->container->unpacked) ||
           reader_damaged(reader, "");
}
