/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A container's content, unpacked: a stream that is read once, front to back, straight to where the
 * caller wants it. Every checksum that the format has is verified; what has been read is good only
 * after decoder_finish() has said so.
 */
#pragma once

#include "common/base/arena.h"
#include "common/image/container.h"

#define DECODER_INPUT_SIZE MIB /* how much is read from the source at once */
#define DECODER_PIECES     24

/* What a library has allocated: it gives pieces back and asks for their like again. */
struct decoder_piece {
    void *memory;
    size_t size;
    bool used;
};

struct decoder {
    const struct decoder_format *format;
    const struct container *container;
    struct byte_source *source;
    struct arena *arena;
    struct error *error;
    uint64_t position; /* in the source: what lies before it is in the input or done with */
    uint8_t *input;
    size_t input_size; /* of the buffer */
    size_t input_start;
    size_t input_end;
    uint64_t limit;
    uint64_t produced;
    bool ended;
    uint8_t *scratch; /* where what is skipped goes */
    void *state;      /* the format's */
    uint64_t budget;  /* bytes that the library may still allocate */
    bool over_budget; /* it has asked for more */
    bool probing;     /* set by who reads but the start: a wrong size is not searched for */
    struct decoder_piece pieces[DECODER_PIECES];
};

/* Most bytes that unpacking takes from the arena, the unpacked bytes themselves not counted. */
uint64_t decoder_memory(const struct container *container);

/* True when the format can only be unpacked in one decoder_read() of all of it. */
bool decoder_wants_whole(const struct container *container);

/*
 * Begins to unpack a compressed container, which must live as long as the decoder. Nothing is
 * unpacked that is larger than `limit`. Errors of all functions go to *error.
 */
bool decoder_open(struct decoder *decoder, const struct container *container, uint64_t limit,
                  struct byte_source *source, struct arena *arena, struct error *error);

/*
 * Reads the next `size` bytes; fewer only at the end. Where decoder_wants_whole(), there is one
 * call with room for container->unpacked bytes.
 */
bool decoder_read(struct decoder *decoder, void *buffer, uint64_t size, uint64_t *ret_count);

/* Reads on and throws away, as far as `size` bytes go. */
bool decoder_skip(struct decoder *decoder, uint64_t size, uint64_t *ret_count);

/* Checks that everything has been read and that the container's trailer agrees with it. */
bool decoder_finish(struct decoder *decoder);
