/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unpacks a container: a stream that is read once, front to back, straight to where the caller
 * wants it. Every checksum that the format has is verified; what has been read can be relied on
 * only once decoder_finish() has returned true.
 */
#pragma once

#include "common/image/decoder_backend.h"

/* Most bytes that unpacking takes from the arena, the unpacked bytes themselves not counted. */
uint64_t decoder_memory(const struct container *container);

/* True when the format can only be unpacked as a whole, in a single decoder_read(). */
bool decoder_wants_whole(const struct container *container);

/*
 * Begins to unpack a compressed container. Fails if it states, or turns out to have, more than
 * `limit` bytes. Errors of all functions go to *error. All arguments must outlive the decoder.
 */
bool decoder_open(struct decoder *decoder, const struct container *container, uint64_t limit,
                  struct byte_source *source, struct arena *arena, struct error *error);

/*
 * Reads the next `size` bytes; fewer only at the end. Where decoder_wants_whole(), there is one
 * call with room for container->unpacked bytes.
 */
bool decoder_read(struct decoder *decoder, void *buffer, uint64_t size, uint64_t *ret_count);

/* Reads the next `size` bytes, fewer only at the end, and throws them away. */
bool decoder_skip(struct decoder *decoder, uint64_t size, uint64_t *ret_count);

/* Checks that everything has been read and that the container's trailer agrees with it. */
bool decoder_finish(struct decoder *decoder);
