/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interface between decoder.c and the formats' decoders (decode_*.c, or third_party/absent.c
 * for those that the loader is built without). decoder.c provides compressed bytes, memory within a
 * budget, and the errors common to all formats.
 */
#pragma once

#include "common/base/arena.h"
#include "common/base/byte_source.h"
#include "common/base/error.h"
#include "common/base/overflow.h"
#include "common/image/container_format.h"

/* A library's allocations. Freed pieces are reused, since libraries allocate the same sizes again.
 */
#define DECODER_PIECES 24

struct decoder_piece {
    void *memory;
    size_t size;
    bool used;
};

/* A container being unpacked. */
struct decoder {
    const struct decoder_backend *backend;
    const struct container *container;
    struct arena *arena;
    struct error *error;
    uint64_t limit;        /* maximum unpacked size in bytes */
    uint64_t budget_limit; /* struct unpack_budget's limit, for messages */

    /* Compressed bytes. Those before `position` are in the input buffer or consumed. */
    struct byte_source *source;
    uint64_t position; /* offset in the source */
    uint8_t *input;
    size_t input_size;  /* of the buffer */
    size_t input_start; /* the bytes in it that are not consumed */
    size_t input_end;

    /* Unpacked bytes. */
    uint64_t produced;
    bool ended;       /* past a member's last byte; between steps, past the container's */
    uint8_t *scratch; /* buffer for skipped bytes; NULL until needed */
    bool ignore_size; /* only the first bytes are wanted: never read on because of a wrong size */

    /* The backend's state and memory. */
    void *state;
    struct decoder_piece pieces[DECODER_PIECES];
    uint64_t budget;  /* bytes that the backend may still allocate */
    bool over_budget; /* the backend has asked for more */
    bool arena_empty; /* the arena was out of memory for an allocation within the budget */
    uint64_t memory;  /* decoder_memory(), for messages */
};

/* The buffer that a step may write to. */
struct decoder_output {
    uint8_t *next;
    size_t left;
};

#define DECODER_INPUT_SIZE MIB /* the usual size of the input buffer */

struct decoder_backend {
    /* The most bytes that open() and step() allocate. */
    uint64_t (*memory)(const struct container *container);
    /* Sets up decoder->state. On failure sets decoder->error. */
    bool (*open)(struct decoder *decoder);
    /*
     * Unpacks until the input or the output is used up, advances both, and sets `ended` after a
     * member's last byte. On failure sets decoder->error.
     */
    bool (*step)(struct decoder *decoder, struct decoder_output *output);
    /*
     * Called when data follows a member: clears `ended` and starts the next member, or skips what
     * the format allows there. Refuses anything else with decoder_trailing().
     */
    bool (*next)(struct decoder *decoder);
    uint32_t input_size; /* of the input buffer; 0: the backend reads the source itself */
    bool whole;          /* the output must be a single buffer: see decoder_wants_whole() */
};

extern const struct decoder_backend decoder_gzip;
extern const struct decoder_backend decoder_xz;
extern const struct decoder_backend decoder_zstd;
extern const struct decoder_backend decoder_lz4; /* legacy and frames */

/*
 * Allocates within the budget; NULL when it is used up or out of memory. Reused pieces, and new
 * ones of 1 MiB and more, are not zeroed.
 */
void *decoder_allocate(struct decoder *decoder, size_t size);
void decoder_free(struct decoder *decoder, const void *memory);

static inline const uint8_t *decoder_input(const struct decoder *decoder)
{
    return decoder->input + decoder->input_start;
}

static inline size_t decoder_input_left(const struct decoder *decoder)
{
    return decoder->input_end - decoder->input_start;
}

/* The offset of the next input byte in the source. */
static inline uint64_t decoder_offset(const struct decoder *decoder)
{
    return decoder->position - decoder_input_left(decoder);
}

/* The bytes of the container that have not been consumed. */
static inline uint64_t decoder_left(const struct decoder *decoder)
{
    return decoder->container->content.end - decoder_offset(decoder);
}

/* Copies the next `size` bytes without consuming them; fewer only at the container's end. */
bool decoder_peek(struct decoder *decoder, uint8_t *bytes, size_t size, size_t *ret_count);

/* Skips the next `size` bytes. Returns false, without setting an error, if there are fewer. */
bool decoder_pass(struct decoder *decoder, uint64_t size);

/* Skips all zero bytes at the position. Only for backends with an input buffer. */
bool decoder_pass_zeros(struct decoder *decoder);

/* Fills the input buffer if it is empty. */
bool decoder_refill(struct decoder *decoder);

/* Reads the next `size` bytes of the container; the caller has checked that it has as many left. */
bool decoder_read_source(struct decoder *decoder, void *buffer, size_t size);

/* Advances the output by the `size` bytes that a library has written. */
static inline void decoder_wrote(struct decoder_output *output, size_t size)
{
    output->next += size;
    output->left -= size;
}

/* Set the error and return false. `reason` is the library's; damage is at decoder_offset(). */
bool decoder_damaged(struct decoder *decoder, const char *reason);
bool decoder_unsupported(struct decoder *decoder, const char *reason);
bool decoder_truncated(struct decoder *decoder);
bool decoder_out_of_memory(struct decoder *decoder);
bool decoder_trailing(struct decoder *decoder, uint64_t offset); /* from `offset` to the end */

#define decoder_damaged(...)       ERROR_IS_FALSE((decoder_damaged)(__VA_ARGS__))
#define decoder_unsupported(...)   ERROR_IS_FALSE((decoder_unsupported)(__VA_ARGS__))
#define decoder_truncated(...)     ERROR_IS_FALSE((decoder_truncated)(__VA_ARGS__))
#define decoder_out_of_memory(...) ERROR_IS_FALSE((decoder_out_of_memory)(__VA_ARGS__))
#define decoder_trailing(...)      ERROR_IS_FALSE((decoder_trailing)(__VA_ARGS__))
