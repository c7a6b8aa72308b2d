/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unpacks a container as a stream that is read once, front to back, directly into the caller's
 * buffers. Every checksum of the format is verified; data is valid only after decoder_finish() has
 * returned true. Functions that return false set the error given to decoder_open().
 */
#pragma once

#include "common/image/decoder_backend.h"

/* The most bytes that unpacking takes from the arena, not counting the unpacked data. */
uint64_t decoder_memory(const struct container *container);

/* True when the format can only be unpacked as a whole, in a single decoder_read(). */
bool decoder_wants_whole(const struct container *container);

/* The memory for unpacking, in bytes: of decoders, and of the unpacked data of each container. */
struct unpack_budget {
    uint64_t limit;
    uint64_t taken;
    uint64_t largest; /* the largest single piece taken */
};

/*
 * Adds the memory of a container's decoder. Fails with ERROR_UNPACK_LIMIT if less is left in the
 * budget.
 */
bool decoder_charge(const struct container *container, struct unpack_budget *budget,
                    struct error *error);

/*
 * Starts unpacking a compressed container, for which decoder_charge() has been called. This or a
 * later call fails if the unpacked size exceeds what is left of the budget. All arguments except
 * the budget must outlive the decoder.
 */
bool decoder_open(struct decoder *decoder, const struct container *container,
                  const struct unpack_budget *budget, struct byte_source *source,
                  struct arena *arena, struct error *error);

/*
 * Reads the next `size` bytes; fewer only at the end. If decoder_wants_whole(), it must be called
 * once, with a buffer of container->unpacked bytes.
 */
bool decoder_read(struct decoder *decoder, void *buffer, uint64_t size, uint64_t *ret_count);

/* Reads and discards the next `size` bytes; fewer only at the end. */
bool decoder_skip(struct decoder *decoder, uint64_t size, uint64_t *ret_count);

/* Checks that everything has been read and agrees with the container's trailer. */
bool decoder_finish(struct decoder *decoder);
