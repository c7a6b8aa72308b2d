/* SPDX-License-Identifier: BSD-2-Clause */
/* gzip by zlib, which verifies the CRC-32 and the size of every member. */
#include "common/image/decoder_backend.h"

#include <limits.h>
#include <string.h>
#include <zlib.h>

#define GZIP_WRAPPING 16         /* added to windowBits: accept a gzip header and no other */
#define ZLIB_MEMORY   (64 * KIB) /* its state and a window of 32 KiB */

static uint64_t gzip_memory(const struct container *container)
{
    (void)container;
    return ZLIB_MEMORY + sizeof(z_stream);
}

static void *gzip_allocate(void *decoder, unsigned count, unsigned size)
{
    uint64_t bytes = (uint64_t)count * size;

    return bytes <= SIZE_MAX ? decoder_allocate(decoder, (size_t)bytes) : NULL;
}

static void gzip_free(void *decoder, void *memory)
{
    decoder_free(decoder, memory);
}

static bool gzip_open(struct decoder *decoder)
{
    z_stream *stream = decoder_allocate(decoder, sizeof(*stream));

    if (!stream)
        return decoder_out_of_memory(decoder);
    *stream = (z_stream){.zalloc = gzip_allocate, .zfree = gzip_free, .opaque = decoder};
    decoder->state = stream;
    return inflateInit2(stream, MAX_WBITS + GZIP_WRAPPING) == Z_OK ||
           decoder_out_of_memory(decoder);
}

static bool gzip_step(struct decoder *decoder, struct decoder_output *output)
{
    z_stream *stream = decoder->state;
    uInt room = (uInt)min_u64(output->left, UINT_MAX);
    int status;

    stream->next_in = (Bytef *)(uintptr_t)decoder_input(decoder);
    stream->avail_in = (uInt)decoder_input_left(decoder);
    stream->next_out = output->next;
    stream->avail_out = room;
    status = inflate(stream, Z_NO_FLUSH);
    decoder->input_start = decoder->input_end - stream->avail_in;
    decoder_wrote(output, room - stream->avail_out);
    switch (status) {
    case Z_STREAM_END:
        decoder->ended = true;
        return true;
    case Z_OK:
    case Z_BUF_ERROR:
        return true;
    case Z_MEM_ERROR:
        return decoder_out_of_memory(decoder);
    default:
        return decoder_damaged(decoder, stream->msg ? stream->msg : "data error");
    }
}

/* Starts another member, or skips zeros up to the end (tape padding), as gzip does. */
static bool gzip_next(struct decoder *decoder)
{
    const uint64_t end = decoder_offset(decoder);
    uint8_t magic[2];
    size_t count;

    if (!decoder_peek(decoder, magic, sizeof(magic), &count))
        return false;
    if (count == sizeof(magic) && memcmp(magic, container_gzip.magic, sizeof(magic)) == 0) {
        decoder->ended = false;
        return inflateReset(decoder->state) == Z_OK || decoder_out_of_memory(decoder);
    }
    return decoder_pass_zeros(decoder) &&
           (decoder_left(decoder) == 0 || decoder_trailing(decoder, end));
}

const struct decoder_backend decoder_gzip = {
    .memory = gzip_memory,
    .open = gzip_open,
    .step = gzip_step,
    .next = gzip_next,
    .input_size = DECODER_INPUT_SIZE,
};
