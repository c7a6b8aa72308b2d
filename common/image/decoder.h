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

/* Memory that unpacking may take and has taken: decoders, and what comes out of each container. */
struct unpack_budget {
    uint64_t limit;
    uint64_t taken;
    uint64_t largest; /* piece of it */
};

/*
 * Adds what a container's decoder takes. False with ERROR_UNPACK_LIMIT where that is more than is
 * left.
 */
bool decoder_charge(const struct container *container, struct unpack_budget *budget,
                    struct error *error);

/*
 * Begins to unpack a compressed container, which has been charged. Fails if it states, or turns out
 * to have, more bytes than the budget has left. Errors of all functions go to *error. All other
 * arguments but the budget must outlive the decoder.
 */
bool decoder_open(struct decoder *decoder, const struct container *container,
                  const struct unpack_budget *budget, struct byte_source *source,
                  struct arena *arena, struct error *error);

/*
 * Reads the next `size` bytes; fewer only at the end. Where decoder_wants_whole(), there is one
 * call with room for container->unpacked bytes.
 */
bool decoder_read(struct decoder *decoder, void *buffer, uint64_t size, uint64_t *ret_count);

/* Reads the next `size` bytes, fewer only at the end, and throws them away. */
bool decoder_skip(struct decoder *decoder, uint64_t size, uint64_t *ret_count);

/* Checks that everything has been read and that the container's trailer agrees with it. */
bool decoder_finish(struct decoder *decoder);
