/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For the formats' measure(): reads forwards through a container's headers and trailers, with every
 * bound checked. What is read there is not trusted: it bounds what the decoders may write, and they
 * check it again.
 */
#pragma once

#include "common/base/byte_source.h"
#include "common/base/error.h"
#include "common/base/overflow.h"
#include "common/image/container_format.h"

#define READER_TAKE_MAX 16

struct container_reader {
    struct byte_source *source;
    struct container *container; /* what is being found out about it */
    struct error *error;
    uint64_t position; /* in the source, as `end` is */
    uint64_t end;
    /* What was read last: the small things that follow each other take one read. */
    uint64_t window_start;
    size_t window_size;
    uint8_t window[CONTAINER_HEAD_SIZE];
};

/* Goes to the start of `where`, which lies inside the source, and reads no further than its end. */
void reader_restrict(struct container_reader *reader, struct range where);

/* The next CONTAINER_HEAD_SIZE bytes, or all there are; valid until something else is read. */
bool reader_peek_head(struct container_reader *reader, const uint8_t **ret_head, size_t *ret_size);

/* Takes `size` bytes, at most READER_TAKE_MAX; *ret_bytes is valid until the next call. */
bool reader_take(struct container_reader *reader, size_t size, const uint8_t **ret_bytes);
bool reader_take_byte(struct container_reader *reader, uint8_t *ret_byte);
bool reader_skip(struct container_reader *reader, uint64_t size);

/* The next 4 bytes as a number, which are not taken; 0 where there are fewer. */
bool reader_peek_magic(struct container_reader *reader, uint32_t *ret_magic);

/*
 * Steps back over `size` bytes, at most READER_TAKE_MAX, and leads *ret_bytes to them. They lie
 * inside the container. Reads what comes before them as well.
 */
bool reader_take_back(struct container_reader *reader, size_t size, const uint8_t **ret_bytes);

/* Adds to container->unpacked. */
bool reader_add_unpacked(struct container_reader *reader, uint64_t size);

/* Errors. The offset of damage is the reader's position. */
bool reader_truncated(struct container_reader *reader);
bool reader_damaged(struct container_reader *reader, const char *reason);
bool reader_unsupported(struct container_reader *reader, const char *reason);

#define reader_truncated(...)   ERROR_IS_FALSE((reader_truncated)(__VA_ARGS__))
#define reader_damaged(...)     ERROR_IS_FALSE((reader_damaged)(__VA_ARGS__))
#define reader_unsupported(...) ERROR_IS_FALSE((reader_unsupported)(__VA_ARGS__))
