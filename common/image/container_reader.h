/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads a container's headers and trailers for the formats' measure(), checking every bound. The
 * results are not trusted: they bound what the decoders may write, and the decoders check them
 * again. Functions that return false set *error.
 */
#pragma once

#include "common/base/byte_source.h"
#include "common/base/error.h"
#include "common/base/overflow.h"
#include "common/image/container_format.h"

#define READER_TAKE_MAX 16

struct container_reader {
    struct byte_source *source;
    struct container *container; /* being identified and measured */
    struct error *error;
    uint64_t position; /* offset in the source, like `end` */
    uint64_t end;
    /* The last read, so that adjacent small fields take a single one. */
    uint64_t window_start;
    size_t window_size;
    uint8_t window[CONTAINER_HEAD_SIZE];
};

/* Moves to the start of `where`, a range of the source, and limits reading to its end. */
void reader_restrict(struct container_reader *reader, struct range where);

/* Returns the next CONTAINER_HEAD_SIZE bytes, or fewer at the end; valid until the next read. */
bool reader_peek_head(struct container_reader *reader, const uint8_t **ret_head, size_t *ret_size);

/* Reads `size` bytes, at most READER_TAKE_MAX; *ret_bytes is valid until the next read. */
bool reader_take(struct container_reader *reader, size_t size, const uint8_t **ret_bytes);
bool reader_take_byte(struct container_reader *reader, uint8_t *ret_byte);
bool reader_skip(struct container_reader *reader, uint64_t size);

/* Returns the next 4 bytes as a number without consuming them; 0 if fewer are left. */
bool reader_peek_magic(struct container_reader *reader, uint32_t *ret_magic);

/*
 * Moves back by `size` bytes, at most READER_TAKE_MAX, and points *ret_bytes to them. They must be
 * inside the container. Also reads what precedes them, for the next call.
 */
bool reader_take_back(struct container_reader *reader, size_t size, const uint8_t **ret_bytes);

/* Adds `size` to container->unpacked; damaged if that overflows. */
bool reader_add_unpacked(struct container_reader *reader, uint64_t size);

/* Set the error and return false. Damage is reported at the reader's position. */
bool reader_truncated(struct container_reader *reader);
bool reader_damaged(struct container_reader *reader, const char *reason);
bool reader_unsupported(struct container_reader *reader, const char *reason);

#define reader_truncated(...)   ERROR_IS_FALSE((reader_truncated)(__VA_ARGS__))
#define reader_damaged(...)     ERROR_IS_FALSE((reader_damaged)(__VA_ARGS__))
#define reader_unsupported(...) ERROR_IS_FALSE((reader_unsupported)(__VA_ARGS__))
