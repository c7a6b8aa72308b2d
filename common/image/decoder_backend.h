/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a format's decoder (decode_*.c, or third_party/absent.c for one that the loader is built
 * without) is to decoder.c, and what it gets from there: compressed bytes, memory within a budget,
 * and the errors that all formats have in common.
 */
#pragma once

#include "common/base/arena.h"
#include "common/base/byte_source.h"
#include "common/base/error.h"
#include "common/base/overflow.h"
#include "common/image/container_format.h"

/* What a library has allocated: it frees pieces and asks for their like again. */
#define DECODER_PIECES 24

struct decoder_piece {
    void *memory;
    size_t size;
    bool used;
};

/* One container that is being unpacked. */
struct decoder {
    const struct decoder_backend *backend;
    const struct container *container;
    struct arena *arena;
    struct error *error;
    uint64_t limit;  /* most bytes that may come out */
    uint64_t in_all; /* struct unpack_budget's limit, for messages */

    /* Compressed bytes. Those before `position` (in the source) are in the input, or used up. */
    struct byte_source *source;
    uint64_t position;
    uint8_t *input;
    size_t input_size; /* of the buffer */
    size_t input_start;
    size_t input_end;

    /* Unpacked bytes. */
    uint64_t produced;
    bool ended;       /* behind a member's last byte; outside a step, behind the container's */
    uint8_t *scratch; /* where skipped bytes go; NULL until some are */
    bool probing;     /* only the first bytes matter: a wrong size is no reason to read the rest */

    /* The backend's. */
    void *state;
    struct decoder_piece pieces[DECODER_PIECES];
    uint64_t budget;  /* bytes that it may still allocate */
    bool over_budget; /* it has asked for more */
    bool arena_empty; /* it was within the budget, and yet there was no memory */
    uint64_t memory;  /* decoder_memory(), for messages */
};

/* What a step may write to. */
struct decoder_output {
    uint8_t *next;
    size_t left;
};

#define DECODER_INPUT_SIZE MIB /* a usual size of the input buffer */

struct decoder_backend {
    /* Most bytes that open() and step() allocate. */
    uint64_t (*memory)(const struct container *container);
    bool (*open)(struct decoder *decoder);
    /*
     * Unpacks from the input to the output as far as both go, moves both on, and sets `ended`
     * behind a member's last byte. Records its own error.
     */
    bool (*step)(struct decoder *decoder, struct decoder_output *output);
    /*
     * Something follows a member: clears `ended` and begins with the next one, or passes over what
     * a format allows there. What is neither is refused with decoder_trailing().
     */
    bool (*next)(struct decoder *decoder);
    uint32_t input_size; /* of the buffer; 0: the backend reads the source itself */
    bool whole;          /* all of the output must be in one buffer: see decoder_wants_whole() */
};

extern const struct decoder_backend decoder_gzip;
extern const struct decoder_backend decoder_xz;
extern const struct decoder_backend decoder_zstd;
extern const struct decoder_backend decoder_lz4; /* legacy and frames */

/* Memory within the budget, or NULL. New memory of less than 1 MiB is zeroed. */
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

/* Offset of the input's next byte in the source. */
static inline uint64_t decoder_offset(const struct decoder *decoder)
{
    return decoder->position - decoder_input_left(decoder);
}

/* Bytes of the container that are not used up yet. */
static inline uint64_t decoder_left(const struct decoder *decoder)
{
    return decoder->container->content.end - decoder_offset(decoder);
}

/* Copies the next `size` bytes and leaves them there; fewer only at the container's end. */
bool decoder_peek(struct decoder *decoder, uint8_t *bytes, size_t size, size_t *ret_count);

/* Passes over the next `size` bytes. False, with no error, where there are fewer. */
bool decoder_pass(struct decoder *decoder, uint64_t size);

/* Passes over zeros, as many as there are. For backends with an input buffer. */
bool decoder_pass_zeros(struct decoder *decoder);

/* Fills the input when it is empty. */
bool decoder_refill(struct decoder *decoder);

/* Reads the next bytes of the container, which are known to be there. */
bool decoder_read_source(struct decoder *decoder, void *buffer, size_t size);

/* Moves the output on by what a library has written to it. */
static inline void decoder_wrote(struct decoder_output *output, size_t size)
{
    output->next += size;
    output->left -= size;
}

/* Errors. `reason` is in the library's words; the offset is that of the input's next byte. */
bool decoder_damaged(struct decoder *decoder, const char *reason);
bool decoder_unsupported(struct decoder *decoder, const char *reason);
bool decoder_truncated(struct decoder *decoder);
bool decoder_out_of_memory(struct decoder *decoder);
bool decoder_trailing(struct decoder *decoder, uint64_t offset); /* all from there on */

#define decoder_damaged(...)       ERROR_IS_FALSE((decoder_damaged)(__VA_ARGS__))
#define decoder_unsupported(...)   ERROR_IS_FALSE((decoder_unsupported)(__VA_ARGS__))
#define decoder_truncated(...)     ERROR_IS_FALSE((decoder_truncated)(__VA_ARGS__))
#define decoder_out_of_memory(...) ERROR_IS_FALSE((decoder_out_of_memory)(__VA_ARGS__))
#define decoder_trailing(...)      ERROR_IS_FALSE((decoder_trailing)(__VA_ARGS__))
