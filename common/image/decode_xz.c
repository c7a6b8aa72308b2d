/* SPDX-License-Identifier: BSD-2-Clause */
/* xz by liblzma, which verifies every block's check and the index. */
#include "common/image/decoder_backend.h"

#include <lzma.h>
#include <string.h>

#define LZMA_STATE (128 * KIB) /* everything that liblzma allocates except the dictionary */
#define LZMA_EXTRA (4 * KIB)   /* of that, what it allocates in one piece with the dictionary */
#define PADDING    4           /* stream padding is a multiple of 4 bytes */

struct xz_state {
    lzma_stream stream;
    lzma_allocator allocator;
};

static uint64_t xz_memory(const struct container *container)
{
    return container->dictionary + LZMA_STATE + sizeof(struct xz_state);
}

static void *xz_allocate(void *decoder, size_t count, size_t size)
{
    uint64_t bytes;

    if (!checked_mul(count, size, &bytes) || bytes > SIZE_MAX)
        return NULL;
    return decoder_allocate(decoder, (size_t)bytes);
}

static void xz_free(void *decoder, void *memory)
{
    decoder_free(decoder, memory);
}

static bool xz_out_of_memory(struct decoder *decoder)
{
    if (decoder->over_budget)
        return decoder_unsupported(decoder, "a later block has a larger dictionary");
    return decoder_out_of_memory(decoder);
}

/* Without the flag, a check of an unknown kind would be ignored. */
static bool begin_stream(struct decoder *decoder)
{
    struct xz_state *state = decoder->state;

    return lzma_stream_decoder(&state->stream, UINT64_MAX, LZMA_TELL_UNSUPPORTED_CHECK) ==
               LZMA_OK ||
           xz_out_of_memory(decoder);
}

/*
 * Blocks may have dictionaries of different sizes, but the budget has room for only one, the
 * largest. It is allocated first and then reused, because smaller ones would use up the budget.
 */
static bool reserve_dictionary(struct decoder *decoder)
{
    uint64_t size = decoder->container->dictionary + LZMA_EXTRA;
    void *memory = size <= SIZE_MAX ? decoder_allocate(decoder, (size_t)size) : NULL;

    if (!memory)
        return decoder_out_of_memory(decoder);
    decoder_free(decoder, memory);
    return true;
}

static bool xz_open(struct decoder *decoder)
{
    struct xz_state *state = decoder_allocate(decoder, sizeof(*state));

    if (!state || !reserve_dictionary(decoder))
        return decoder_out_of_memory(decoder);
    state->stream = (lzma_stream)LZMA_STREAM_INIT;
    state->allocator = (lzma_allocator){xz_allocate, xz_free, decoder};
    state->stream.allocator = &state->allocator;
    decoder->state = state;
    return begin_stream(decoder);
}

static bool xz_result(struct decoder *decoder, lzma_ret result)
{
    switch (result) {
    case LZMA_OK:
    case LZMA_BUF_ERROR:
        return true;
    case LZMA_STREAM_END:
        decoder->ended = true;
        return true;
    case LZMA_MEM_ERROR:
        return xz_out_of_memory(decoder);
    case LZMA_UNSUPPORTED_CHECK:
        return decoder_unsupported(decoder, "unknown type of check");
    case LZMA_OPTIONS_ERROR:
        return decoder_unsupported(decoder, "unknown filter or option");
    case LZMA_FORMAT_ERROR:
        return decoder_damaged(decoder, "format not recognised");
    default:
        return decoder_damaged(decoder, "data error");
    }
}

static bool xz_step(struct decoder *decoder, struct decoder_output *output)
{
    struct xz_state *state = decoder->state;
    lzma_stream *stream = &state->stream;
    size_t room = output->left;
    lzma_ret result;

    stream->next_in = decoder_input(decoder);
    stream->avail_in = decoder_input_left(decoder);
    stream->next_out = output->next;
    stream->avail_out = room;
    result = lzma_code(stream, LZMA_RUN);
    decoder->input_start = decoder->input_end - stream->avail_in;
    decoder_wrote(output, room - stream->avail_out);
    return xz_result(decoder, result);
}

/* Skips stream padding and starts the next stream. */
static bool xz_next(struct decoder *decoder)
{
    const uint64_t end = decoder_offset(decoder);
    const struct container_format *format = &container_xz;
    uint8_t magic[sizeof(format->magic)];
    size_t count;

    if (!decoder_pass_zeros(decoder))
        return false;
    if ((decoder_offset(decoder) - end) % PADDING != 0)
        return decoder_trailing(decoder, end);
    if (decoder_left(decoder) == 0)
        return true;
    if (!decoder_peek(decoder, magic, sizeof(magic), &count))
        return false;
    if (count < sizeof(magic) || memcmp(magic, format->magic, sizeof(magic)) != 0)
        return decoder_trailing(decoder, end);
    decoder->ended = false;
    return begin_stream(decoder);
}

const struct decoder_backend decoder_xz = {
    .memory = xz_memory,
    .open = xz_open,
    .step = xz_step,
    .next = xz_next,
    .input_size = DECODER_INPUT_SIZE,
};
