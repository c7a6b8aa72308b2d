/* SPDX-License-Identifier: BSD-2-Clause */
/* Between common/image/decoder.c and the formats, one file each: pvh/decode_*.c. */
#pragma once

#include "common/image/decoder.h"

/* What a step may write to. */
struct decoder_output {
    uint8_t *next;
    size_t left;
};

struct decoder_format {
    /* Most bytes that the library allocates. */
    uint64_t (*memory)(const struct container *container);
    bool (*open)(struct decoder *decoder);
    /*
     * Unpacks from the input to the output as far as both go, moves both on, and sets `ended`
     * behind the container's last byte. Records its own error.
     */
    bool (*step)(struct decoder *decoder, struct decoder_output *output);
    size_t input_size; /* of the buffer; 0: the format reads the source itself */
    bool whole;
};

extern const struct decoder_format decoder_gzip;
extern const struct decoder_format decoder_xz;
extern const struct decoder_format decoder_zstd;
extern const struct decoder_format decoder_lz4;

/* For the libraries: memory within the budget, and giving it back. */
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

#define decoder_damaged(...)       ERROR_IS_FALSE((decoder_damaged)(__VA_ARGS__))
#define decoder_unsupported(...)   ERROR_IS_FALSE((decoder_unsupported)(__VA_ARGS__))
#define decoder_truncated(...)     ERROR_IS_FALSE((decoder_truncated)(__VA_ARGS__))
#define decoder_out_of_memory(...) ERROR_IS_FALSE((decoder_out_of_memory)(__VA_ARGS__))
