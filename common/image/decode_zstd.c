/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * zstd by libzstd, which verifies every frame's checksum. Kernels are compressed with windows of up
 * to 128 MiB, more than their unpacked size. So the output serves as the window: it has to be a
 * single buffer that does not move (libzstd's ZSTD_d_stableOutBuffer), and no other is needed.
 */
#define ZSTD_STATIC_LINKING_ONLY
#include "common/image/decoder_backend.h"
#include "common/image/skippable.h"

#include <zstd.h>
#include <zstd_errors.h>

struct zstd_state {
    ZSTD_DStream *stream;
    ZSTD_outBuffer output; /* the whole output buffer, the same in every call */
    size_t wanted;         /* bytes that the library asks for next: a block, or a header */
};

/* libzstd's state, and a block split across two inputs. */
static size_t workspace_size(void)
{
    return ZSTD_estimateDCtxSize() + ZSTD_BLOCKSIZE_MAX;
}

static uint64_t zstd_memory(const struct container *container)
{
    (void)container;
    return workspace_size() + sizeof(struct zstd_state);
}

static bool zstd_result(struct decoder *decoder, size_t result)
{
    ZSTD_ErrorCode code = ZSTD_getErrorCode(result);

    switch (code) {
    case ZSTD_error_no_error:
        decoder->ended = result == 0;
        return true;
    case ZSTD_error_memory_allocation:
        return decoder_out_of_memory(decoder);
    case ZSTD_error_frameParameter_unsupported:
    case ZSTD_error_frameParameter_windowTooLarge:
    case ZSTD_error_dictionary_wrong:
        return decoder_unsupported(decoder, ZSTD_getErrorString(code));
    default:
        return decoder_damaged(decoder, ZSTD_getErrorString(code));
    }
}

static bool set_parameter(struct decoder *decoder, ZSTD_dParameter parameter, int value)
{
    struct zstd_state *state = decoder->state;

    return zstd_result(decoder, ZSTD_DCtx_setParameter(state->stream, parameter, value));
}

/* Starts the next frame, after any skippable ones. */
static bool zstd_next(struct decoder *decoder)
{
    struct zstd_state *state = decoder->state;
    uint32_t magic;

    if (!decoder_pass_skippable(decoder, &magic))
        return false;
    decoder->ended = decoder_left(decoder) == 0;
    state->wanted = ZSTD_FRAMEHEADERSIZE_MIN(ZSTD_f_zstd1);
    return decoder->ended || magic == ZSTD_MAGICNUMBER ||
           decoder_trailing(decoder, decoder_offset(decoder));
}

static bool zstd_open(struct decoder *decoder)
{
    struct zstd_state *state = decoder_allocate(decoder, sizeof(*state));
    void *workspace = decoder_allocate(decoder, workspace_size());

    if (!state || !workspace)
        return decoder_out_of_memory(decoder);
    decoder->state = state;
    state->stream = ZSTD_initStaticDStream(workspace, workspace_size());
    if (!state->stream)
        return decoder_out_of_memory(decoder);
    if (!set_parameter(decoder, ZSTD_d_windowLogMax, ZSTD_WINDOWLOG_MAX) ||
        !set_parameter(decoder, ZSTD_d_stableOutBuffer, 1))
        return false;
    return zstd_next(decoder);
}

/*
 * On an error the library does not say how much input it has consumed. It gets no more at once than
 * it asks for, so that the offset of an error is that of the block or checksum.
 */
static bool zstd_step(struct decoder *decoder, struct decoder_output *output)
{
    struct zstd_state *state = decoder->state;
    ZSTD_inBuffer input = {decoder_input(decoder), 0, 0};
    size_t before, result;

    input.size = (size_t)min_u64(decoder_input_left(decoder), state->wanted);

    if (!state->output.dst)
        state->output = (ZSTD_outBuffer){output->next, output->left, 0};
    before = state->output.pos;
    result = ZSTD_decompressStream(state->stream, &state->output, &input);
    decoder->input_start += input.pos;
    decoder_wrote(output, state->output.pos - before);
    state->wanted = result;
    return zstd_result(decoder, result);
}

const struct decoder_backend decoder_zstd = {
    .memory = zstd_memory,
    .open = zstd_open,
    .step = zstd_step,
    .next = zstd_next,
    .input_size = DECODER_INPUT_SIZE,
    .whole = true,
};
