/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lz4 in its two formats. The frame format by the library's own frame decoder, which verifies the
 * checksums of header, blocks and content. The legacy format, which Linux uses, is a magic number and
 * then blocks, each behind its size: no checksum, no end mark. Every block but the last unpacks to
 * 8 MiB, and all of them to what the container states.
 */
#define LZ4F_STATIC_LINKING_ONLY
#include "pvh/decoder_format.h"

#include "common/bytes.h"

#include <lz4.h>
#include <lz4frame.h>
#include <string.h>

#define FRAME_STATE   (4 * KIB)
#define FRAME_HISTORY (128 * KIB) /* what linked blocks look back to, twice */

#define LEGACY_MAGIC_SIZE 4
#define LEGACY_BLOCK      (8 * MIB)

/* The library keeps a packed block and an unpacked one, each with a little room. */
static uint64_t frame_memory(const struct container *container)
{
    return 2 * container->block + FRAME_HISTORY + FRAME_STATE;
}

static void *frame_allocate(void *decoder, size_t size)
{
    return decoder_allocate(decoder, size);
}

static void frame_free(void *decoder, void *memory)
{
    decoder_free(decoder, memory);
}

static bool frame_open(struct decoder *decoder)
{
    LZ4F_CustomMem memory = {.customAlloc = frame_allocate,
                             .customFree = frame_free,
                             .opaqueState = decoder};

    decoder->state = LZ4F_createDecompressionContext_advanced(memory, LZ4F_VERSION);
    return decoder->state || decoder_out_of_memory(decoder);
}

static bool frame_step(struct decoder *decoder, struct decoder_output *output)
{
    size_t taken = decoder_input_left(decoder);
    size_t written = output->left;
    size_t result = LZ4F_decompress(decoder->state, output->next, &written, decoder_input(decoder),
                                    &taken, NULL);

    if (LZ4F_isError(result)) {
        if (LZ4F_getErrorCode(result) == LZ4F_ERROR_allocation_failed)
            return decoder_out_of_memory(decoder);
        return decoder_damaged(decoder, LZ4F_getErrorName(result));
    }
    decoder->input_start += taken;
    decoder_wrote(output, written);
    decoder->ended = result == 0;
    return true;
}

const struct decoder_format decoder_lz4 = {
    .memory = frame_memory,
    .open = frame_open,
    .step = frame_step,
    .input_size = DECODER_INPUT_SIZE,
};

struct legacy_state {
    uint8_t *packed;   /* one block */
    uint8_t *unpacked; /* one block that did not fit the output; NULL until there is one */
    size_t unpacked_start;
    size_t unpacked_end;
};

static size_t unpacked_size(const struct container *container)
{
    return (size_t)min_u64(container->unpacked, LEGACY_BLOCK);
}

static uint64_t legacy_memory(const struct container *container)
{
    return sizeof(struct legacy_state) + container->block + unpacked_size(container);
}

static bool legacy_open(struct decoder *decoder)
{
    struct legacy_state *state = decoder_allocate(decoder, sizeof(*state));

    if (!state)
        return decoder_out_of_memory(decoder);
    state->packed = decoder_allocate(decoder, (size_t)decoder->container->block);
    decoder->state = state;
    decoder->position += LEGACY_MAGIC_SIZE;
    return state->packed || decoder_out_of_memory(decoder);
}

/* Reads the next block. */
static bool read_block(struct decoder *decoder, size_t *ret_size)
{
    struct legacy_state *state = decoder->state;
    uint64_t end = decoder->container->content.end;
    uint8_t header[4];

    if (!fits_inside(decoder->position, sizeof(header), end))
        return decoder_truncated(decoder);
    if (!decoder_read_source(decoder, header, sizeof(header)))
        return false;
    *ret_size = read_le32(header);
    if (*ret_size > decoder->container->block || !fits_inside(decoder->position, *ret_size, end))
        return decoder_truncated(decoder);
    return decoder_read_source(decoder, state->packed, *ret_size);
}

static bool unpack_block(struct decoder *decoder, size_t packed_size, uint8_t *target,
                         size_t capacity, size_t *ret_size)
{
    struct legacy_state *state = decoder->state;
    bool last = decoder->position == decoder->container->content.end;
    int size = LZ4_decompress_safe((const char *)state->packed, (char *)target, (int)packed_size,
                                   (int)capacity);

    if (size >= 0 && (last || (size_t)size == LEGACY_BLOCK)) {
        *ret_size = (size_t)size;
        return true;
    }
    decoder->position -= packed_size; /* for the message: where the block begins */
    return decoder_damaged(decoder, size < 0 ? "malformed block" : "short block");
}

/* Unpacks a block that is larger than the room that is left for it. */
static bool unpack_aside(struct decoder *decoder, size_t packed_size)
{
    struct legacy_state *state = decoder->state;
    size_t capacity = unpacked_size(decoder->container);

    if (!state->unpacked)
        state->unpacked = decoder_allocate(decoder, capacity);
    if (!state->unpacked)
        return decoder_out_of_memory(decoder);
    state->unpacked_start = 0;
    return unpack_block(decoder, packed_size, state->unpacked, capacity, &state->unpacked_end);
}

static void take_from_aside(struct legacy_state *state, struct decoder_output *output)
{
    size_t size =
        (size_t)min_u64(output->left, state->unpacked_end - state->unpacked_start);

    memcpy(output->next, state->unpacked + state->unpacked_start, size);
    state->unpacked_start += size;
    decoder_wrote(output, size);
}

static bool next_block(struct decoder *decoder, struct decoder_output *output)
{
    const struct container *container = decoder->container;
    size_t largest = (size_t)min_u64(LEGACY_BLOCK, container->unpacked - decoder->produced);
    size_t packed = 0, unpacked = 0;

    if (!read_block(decoder, &packed))
        return false;
    if (output->left < largest)
        return unpack_aside(decoder, packed);
    if (!unpack_block(decoder, packed, output->next, largest, &unpacked))
        return false;
    decoder_wrote(output, unpacked);
    return true;
}

static bool legacy_step(struct decoder *decoder, struct decoder_output *output)
{
    struct legacy_state *state = decoder->state;

    if (state->unpacked_start < state->unpacked_end)
        take_from_aside(state, output);
    else if (decoder->position < decoder->container->content.end)
        return next_block(decoder, output);
    else
        decoder->ended = true;
    return true;
}

const struct decoder_format decoder_lz4_legacy = {
    .memory = legacy_memory,
    .open = legacy_open,
    .step = legacy_step,
};
