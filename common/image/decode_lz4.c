/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lz4: the library unpacks blocks; the formats around them (lz4.h) are parsed here. The library's
 * frame decoder is four times the size and buffers every compressed block, too.
 */
#include "common/base/bytes.h"
#include "common/image/decoder_backend.h"
#include "common/image/lz4.h"
#include "common/image/skippable.h"

#include <lz4.h>
#include <string.h>
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

#define HISTORY         (64 * KIB) /* how far linked blocks refer back */
#define HEADER_MAX_SIZE 10         /* flags, block size, content size */

struct lz4_state {
    uint8_t *packed;    /* a compressed block, its checksum and the next block's size */
    uint64_t packed_at; /* its offset in the source */
    bool has_next;
    uint32_t next; /* the next block's size field, as read */
    /*
     * HISTORY bytes of preceding output, then unpacked blocks that do not fit into the output or
     * that later blocks refer back to: as many as have HISTORY bytes, and one more. So the history
     * is moved once in HISTORY bytes of output, however small the blocks are. NULL until needed.
     */
    uint8_t *bounce;
    bool moved;          /* the history is not just zeros */
    size_t bounce_start; /* the unpacked bytes not yet copied to the output */
    size_t bounce_end;
    /* Of the current frame: */
    bool legacy;
    uint8_t flags;
    size_t packed_block;   /* maximum bytes of a block in the file */
    size_t unpacked_block; /* maximum bytes of an unpacked block, at most the whole output */
    uint64_t start;        /* bytes of output before the frame */
    uint64_t stated;       /* unpacked size stated in its header */
    XXH32_state_t content; /* checksum of its output so far */
};

static bool is_legacy(const struct decoder *decoder)
{
    const struct lz4_state *state = decoder->state;

    return state->legacy;
}

static bool is_linked(const struct decoder *decoder)
{
    const struct lz4_state *state = decoder->state;

    return !is_legacy(decoder) && !(state->flags & LZ4_FLAG_INDEPENDENT);
}

/* The most bytes that a block of any frame unpacks to. */
static size_t block_size(const struct container *container)
{
    return (size_t)min_u64(container->unpacked_block, container->unpacked);
}

static size_t packed_size(const struct container *container)
{
    uint64_t block = min_u64(container->block, range_size(container->content));

    return (size_t)block + LZ4_NUMBER_SIZE + LZ4_NUMBER_SIZE;
}

static size_t bounce_size(const struct container *container)
{
    return HISTORY + HISTORY + block_size(container);
}

static uint64_t lz4_memory(const struct container *container)
{
    return sizeof(struct lz4_state) + packed_size(container) + bounce_size(container);
}

/* Reads `size` bytes; truncated if the container has fewer left. */
static bool read_required(struct decoder *decoder, void *buffer, size_t size)
{
    if (!fits_inside(decoder->position, size, decoder->container->content.end))
        return decoder_truncated(decoder);
    return decoder_read_source(decoder, buffer, size);
}

static bool read_first_size(struct decoder *decoder)
{
    struct lz4_state *state = decoder->state;
    uint8_t size[LZ4_NUMBER_SIZE];

    state->has_next = false;
    /* A legacy file may have no blocks. */
    if (is_legacy(decoder) && decoder->position == decoder->container->content.end)
        return true;
    if (!read_required(decoder, size, sizeof(size)))
        return false;
    state->has_next = true;
    state->next = read_le32(size);
    return true;
}

static bool check_header(struct decoder *decoder, const uint8_t *header, size_t size)
{
    if (header[0] & LZ4_FLAG_RESERVED || header[1] & LZ4_BLOCK_RESERVED)
        return decoder_unsupported(decoder, "unknown flags");
    if (header[size] != (XXH32(header, size, 0) >> 8 & 0xff))
        return decoder_damaged(decoder, "wrong header checksum");
    return true;
}

static bool read_frame_header(struct decoder *decoder)
{
    struct lz4_state *state = decoder->state;
    uint8_t header[HEADER_MAX_SIZE + 1];
    size_t size = 2;
    uint64_t block;

    if (!read_required(decoder, header, size))
        return false;
    if (header[0] & LZ4_FLAG_CONTENT_SIZE)
        size = HEADER_MAX_SIZE;
    if (!read_required(decoder, header + 2, size - 2 + 1) || !check_header(decoder, header, size))
        return false;
    block = LZ4_BLOCK_SIZE(header[1] >> LZ4_BLOCK_CODE_SHIFT & LZ4_BLOCK_CODE_MASK);
    state->flags = header[0];
    state->packed_block = (size_t)min_u64(block, decoder->container->block);
    state->unpacked_block = (size_t)min_u64(block, block_size(decoder->container));
    state->stated = size == HEADER_MAX_SIZE ? read_le64(header + 2) : 0;
    XXH32_reset(&state->content, 0);
    return true;
}

static void begin_legacy(struct decoder *decoder)
{
    struct lz4_state *state = decoder->state;

    state->flags = 0;
    state->packed_block = (size_t)decoder->container->block;
    state->unpacked_block = (size_t)min_u64(LZ4_LEGACY_BLOCK, block_size(decoder->container));
}

static bool begin_frame(struct decoder *decoder, bool legacy)
{
    struct lz4_state *state = decoder->state;

    decoder->ended = false;
    decoder->position += LZ4_MAGIC_SIZE;
    state->legacy = legacy;
    state->start = decoder->produced;
    state->bounce_start = state->bounce_end = 0; /* frames do not refer back to others */
    if (state->moved)
        memset(state->bounce, 0, HISTORY);
    state->moved = false;
    if (legacy)
        begin_legacy(decoder);
    return (legacy || read_frame_header(decoder)) && read_first_size(decoder);
}

/* Starts the next frame, after any skippable ones. */
static bool lz4_next(struct decoder *decoder)
{
    uint32_t magic;

    if (!decoder_pass_skippable(decoder, &magic))
        return false;
    if (magic == LZ4_MAGIC || magic == LZ4_LEGACY_MAGIC)
        return begin_frame(decoder, magic == LZ4_LEGACY_MAGIC);
    decoder->ended = true;
    return decoder_left(decoder) == 0 || decoder_trailing(decoder, decoder_offset(decoder));
}

static bool lz4_open(struct decoder *decoder)
{
    struct lz4_state *state = decoder_allocate(decoder, sizeof(*state));

    if (!state)
        return decoder_out_of_memory(decoder);
    state->packed = decoder_allocate(decoder, packed_size(decoder->container));
    if (!state->packed)
        return decoder_out_of_memory(decoder);
    decoder->state = state;
    return lz4_next(decoder);
}

/* Reports damage at the start of the current block. */
static bool damaged_block(struct decoder *decoder, const char *reason)
{
    const struct lz4_state *state = decoder->state;

    decoder->position = state->packed_at;
    return decoder_damaged(decoder, reason);
}

/* Reads a block, its checksum and the next block's size in one go: one read for each block. */
static bool read_block(struct decoder *decoder, size_t size)
{
    struct lz4_state *state = decoder->state;
    size_t checksum = state->flags & LZ4_FLAG_BLOCK_CHECKSUMS ? LZ4_NUMBER_SIZE : 0;
    uint64_t left = decoder->container->content.end - decoder->position;

    if (size > state->packed_block)
        return decoder_damaged(decoder, "impossible block size");
    if (size + checksum > left)
        return decoder_truncated(decoder);
    state->packed_at = decoder->position;
    state->has_next = left - size - checksum >= LZ4_NUMBER_SIZE;
    if (!decoder_read_source(decoder, state->packed,
                             size + checksum + (state->has_next ? LZ4_NUMBER_SIZE : 0)))
        return false;
    if (state->has_next)
        state->next = read_le32(state->packed + size + checksum);
    if (checksum && XXH32(state->packed, size, 0) != read_le32(state->packed + size))
        return damaged_block(decoder, "wrong block checksum");
    return true;
}

static bool is_magic(uint32_t number)
{
    return number == LZ4_MAGIC || number == LZ4_LEGACY_MAGIC || is_skippable(number);
}

/*
 * Only the last block of a legacy frame is short: the data after it is another frame, or not part
 * of the file.
 */
static bool end_early(struct decoder *decoder)
{
    struct lz4_state *state = decoder->state;

    if (decoder->container->in_bzimage && !is_magic(state->next))
        return damaged_block(decoder, "short block");
    decoder->position -= LZ4_NUMBER_SIZE;
    state->has_next = false;
    return true;
}

/* Unpacks the current block and returns its size; negative if it is malformed. */
static int unpack(struct decoder *decoder, size_t size, bool stored, uint8_t *target,
                  size_t capacity)
{
    const struct lz4_state *state = decoder->state;

    if (stored) {
        if (size > capacity)
            return -1;
        memcpy(target, state->packed, size);
        return (int)size;
    }
    if (is_linked(decoder) && state->bounce_end > 0) /* the first block has no history */
        return LZ4_decompress_safe_withPrefix64k((const char *)state->packed, (char *)target,
                                                 (int)size, (int)capacity);
    return LZ4_decompress_safe((const char *)state->packed, (char *)target, (int)size,
                               (int)capacity);
}

static bool unpack_block(struct decoder *decoder, size_t size, bool stored, uint8_t *target,
                         size_t capacity, size_t *ret_size)
{
    struct lz4_state *state = decoder->state;
    int count = unpack(decoder, size, stored, target, capacity);

    if (count < 0)
        return damaged_block(decoder, "malformed block");
    if (is_legacy(decoder) && state->has_next && (size_t)count != LZ4_LEGACY_BLOCK &&
        !end_early(decoder))
        return false;
    if (state->flags & LZ4_FLAG_CONTENT_CHECKSUM)
        XXH32_update(&state->content, target, (size_t)count);
    *ret_size = (size_t)count;
    return true;
}

/* The library expects a full history: zeros fill it up while the blocks so far are short. */
static bool get_bounce_buffer(struct decoder *decoder)
{
    struct lz4_state *state = decoder->state;

    state->bounce = decoder_allocate(decoder, bounce_size(decoder->container));
    if (state->bounce)
        memset(state->bounce, 0, HISTORY);
    return state->bounce != NULL;
}

/* The place for a block of a linked frame: after the previous one, with its history before it. */
static size_t place_linked(struct decoder *decoder)
{
    struct lz4_state *state = decoder->state;

    if (state->bounce_end == 0)
        return HISTORY;
    if (fits_inside(state->bounce_end, state->unpacked_block, bounce_size(decoder->container)))
        return state->bounce_end;
    memmove(state->bounce, state->bounce + state->bounce_end - HISTORY, HISTORY);
    state->moved = true;
    return HISTORY;
}

/* Unpacks a block that cannot be unpacked directly to the output. */
static bool unpack_to_bounce_buffer(struct decoder *decoder, size_t size, bool stored)
{
    struct lz4_state *state = decoder->state;
    size_t capacity = state->unpacked_block;
    size_t start, unpacked = 0;

    if (!state->bounce && !get_bounce_buffer(decoder))
        return decoder_out_of_memory(decoder);
    start = is_linked(decoder) ? place_linked(decoder) : HISTORY;
    if (!unpack_block(decoder, size, stored, state->bounce + start, capacity, &unpacked))
        return false;
    state->bounce_start = start;
    state->bounce_end = start + unpacked;
    return true;
}

static void copy_bounced(struct lz4_state *state, struct decoder_output *output)
{
    size_t size = (size_t)min_u64(output->left, state->bounce_end - state->bounce_start);

    memcpy(output->next, state->bounce + state->bounce_start, size);
    state->bounce_start += size;
    decoder_wrote(output, size);
}

static bool next_block(struct decoder *decoder, struct decoder_output *output)
{
    const struct lz4_state *state = decoder->state;
    const struct container *container = decoder->container;
    size_t largest =
        (size_t)min_u64(state->unpacked_block, container->unpacked - decoder->produced);
    bool stored = !is_legacy(decoder) && state->next & LZ4_STORED;
    size_t size = stored ? state->next & ~LZ4_STORED : state->next;
    size_t unpacked = 0;

    if (!read_block(decoder, size))
        return false;
    if (is_linked(decoder) || output->left < largest)
        return unpack_to_bounce_buffer(decoder, size, stored);
    if (!unpack_block(decoder, size, stored, output->next, largest, &unpacked))
        return false;
    decoder_wrote(output, unpacked);
    return true;
}

static bool end_frame(struct decoder *decoder)
{
    struct lz4_state *state = decoder->state;
    const uint64_t produced = decoder->produced - state->start;
    uint8_t checksum[LZ4_NUMBER_SIZE];

    decoder->ended = true;
    if (state->flags & LZ4_FLAG_CONTENT_SIZE && produced != state->stated)
        return error_set(decoder->error, ERROR_UNPACKED_SIZE, decoder->container->kind, produced,
                         state->stated);
    if (!(state->flags & LZ4_FLAG_CONTENT_CHECKSUM))
        return true;
    if (!read_required(decoder, checksum, sizeof(checksum)))
        return false;
    if (read_le32(checksum) != XXH32_digest(&state->content))
        return decoder_damaged(decoder, "wrong content checksum");
    return true;
}

static bool lz4_step(struct decoder *decoder, struct decoder_output *output)
{
    struct lz4_state *state = decoder->state;

    if (state->bounce_start < state->bounce_end) {
        copy_bounced(state, output);
        return true;
    }
    if (is_legacy(decoder)) {
        if (state->has_next && is_magic(state->next))
            (void)end_early(decoder);
        decoder->ended = !state->has_next;
        return decoder->ended || next_block(decoder, output);
    }
    if (!state->has_next)
        return decoder_truncated(decoder);
    return state->next == 0 ? end_frame(decoder) : next_block(decoder, output);
}

const struct decoder_backend decoder_lz4 = {
    .memory = lz4_memory,
    .open = lz4_open,
    .step = lz4_step,
    .next = lz4_next,
};
