/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lz4: the library unpacks the blocks, the formats around them are read here. (The library's own
 * reader of frames is four times the size, and keeps every packed block in a buffer of its own
 * too.)
 *
 * - legacy: a magic number, then blocks, each behind its size; no checksum, no end mark. Every
 *   block but the last unpacks to 8 MiB, and all of them to what the container states.
 * - frame (lz4_Frame_format.md): a header, blocks, an end mark; checksums of the header, and by its
 *   flags of each block and of all that comes out.
 */
#include "common/image/decoder_format.h"

#include "common/base/bytes.h"

#include <lz4.h>
#include <string.h>
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

#define MAGIC_SIZE  4
#define NUMBER_SIZE 4 /* of block sizes and checksums */
#define HISTORY     (64 * KIB)

/* A frame's flags, and the bits in its two header bytes that must be 0. */
#define FLAG_CONTENT_CHECKSUM 0x04
#define FLAG_CONTENT_SIZE     0x08
#define FLAG_BLOCK_CHECKSUMS  0x10
#define FLAG_INDEPENDENT      0x20
#define RESERVED_FLAGS        0x02
#define RESERVED_BLOCK_BITS   0x8f
#define HEADER_LONGEST        10 /* flags, block size, content size */

struct lz4_state {
    uint8_t *packed; /* a block, and what follows it up to the next one */
    uint64_t packed_at;
    bool has_next;
    uint32_t next; /* the next block's size, as the file has it */
    /*
     * A block that does not fit the output, or that later ones look back to, behind HISTORY bytes
     * of what came before it. NULL until there is one.
     */
    uint8_t *aside;
    size_t aside_start;
    size_t aside_end;
    uint8_t flags;
    XXH32_state_t content;
};

static bool is_legacy(const struct decoder *decoder)
{
    return decoder->container->kind == CONTAINER_LZ4_LEGACY;
}

static bool is_linked(const struct decoder *decoder)
{
    const struct lz4_state *state = decoder->state;

    return !is_legacy(decoder) && !(state->flags & FLAG_INDEPENDENT);
}

/* Most bytes that a block unpacks to. */
static size_t block_size(const struct container *container)
{
    uint64_t size = container->kind == CONTAINER_LZ4_LEGACY ? LZ4_LEGACY_BLOCK : container->block;

    return (size_t)min_u64(size, container->unpacked);
}

static size_t packed_size(const struct container *container)
{
    return (size_t)container->block + NUMBER_SIZE + NUMBER_SIZE;
}

static uint64_t lz4_memory(const struct container *container)
{
    return sizeof(struct lz4_state) + packed_size(container) + HISTORY + block_size(container);
}

/* Reads `size` bytes, which have to be there. */
static bool read_due(struct decoder *decoder, void *buffer, size_t size)
{
    if (!fits_inside(decoder->position, size, decoder->container->content.end))
        return decoder_truncated(decoder);
    return decoder_read_source(decoder, buffer, size);
}

static bool read_first_size(struct decoder *decoder)
{
    struct lz4_state *state = decoder->state;
    uint8_t size[NUMBER_SIZE];

    /* A legacy file may have no block at all. */
    if (decoder->position == decoder->container->content.end)
        return true;
    if (!read_due(decoder, size, sizeof(size)))
        return false;
    state->has_next = true;
    state->next = read_le32(size);
    return true;
}

static bool check_header(struct decoder *decoder, const uint8_t *header, size_t size)
{
    if (header[0] & RESERVED_FLAGS || header[1] & RESERVED_BLOCK_BITS)
        return decoder_unsupported(decoder, "flags of a later version");
    if (header[size] != (XXH32(header, size, 0) >> 8 & 0xff))
        return decoder_damaged(decoder, "wrong header checksum");
    return true;
}

static bool read_frame_header(struct decoder *decoder)
{
    struct lz4_state *state = decoder->state;
    uint8_t header[HEADER_LONGEST + 1];
    size_t size = 2;

    if (!read_due(decoder, header, size))
        return false;
    if (header[0] & FLAG_CONTENT_SIZE)
        size = HEADER_LONGEST;
    if (!read_due(decoder, header + 2, size - 2 + 1) || !check_header(decoder, header, size))
        return false;
    state->flags = header[0];
    XXH32_reset(&state->content, 0);
    return true;
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
    decoder->position += MAGIC_SIZE;
    return (is_legacy(decoder) || read_frame_header(decoder)) && read_first_size(decoder);
}

/* Blames the block that was read last. */
static bool damaged_block(struct decoder *decoder, const char *reason)
{
    const struct lz4_state *state = decoder->state;

    decoder->position = state->packed_at;
    return decoder_damaged(decoder, reason);
}

/* Reads a block together with its checksum and the next block's size: one read for each block. */
static bool read_block(struct decoder *decoder, size_t size)
{
    struct lz4_state *state = decoder->state;
    size_t checksum = state->flags & FLAG_BLOCK_CHECKSUMS ? NUMBER_SIZE : 0;
    uint64_t left = decoder->container->content.end - decoder->position;

    if (size > decoder->container->block)
        return decoder_damaged(decoder, "impossible block size");
    if (size + checksum > left)
        return decoder_truncated(decoder);
    state->packed_at = decoder->position;
    state->has_next = left - size - checksum >= NUMBER_SIZE;
    if (!decoder_read_source(decoder, state->packed,
                             size + checksum + (state->has_next ? NUMBER_SIZE : 0)))
        return false;
    if (state->has_next)
        state->next = read_le32(state->packed + size + checksum);
    if (checksum && XXH32(state->packed, size, 0) != read_le32(state->packed + size))
        return damaged_block(decoder, "wrong block checksum");
    return true;
}

/* A short block is a legacy file's last: what comes next was written behind the file. */
static bool end_early(struct decoder *decoder)
{
    struct lz4_state *state = decoder->state;

    if (decoder->container->in_bzimage)
        return damaged_block(decoder, "short block");
    decoder->position -= NUMBER_SIZE;
    state->has_next = false;
    return true;
}

/* Unpacks the block that was read; -1 where it is malformed. */
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
    if (is_linked(decoder) && state->aside_end > 0) /* the first has nothing to look back to */
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
    if (state->flags & FLAG_CONTENT_CHECKSUM)
        XXH32_update(&state->content, target, (size_t)count);
    *ret_size = (size_t)count;
    return true;
}

/* The library takes the history for full: where blocks are short, zeros make it up. */
static bool get_aside(struct decoder *decoder, size_t capacity)
{
    struct lz4_state *state = decoder->state;

    state->aside = decoder_allocate(decoder, HISTORY + capacity);
    if (state->aside)
        memset(state->aside, 0, HISTORY);
    return state->aside != NULL;
}

/* Unpacks a block that cannot go straight to the output. */
static bool unpack_aside(struct decoder *decoder, size_t size, bool stored)
{
    struct lz4_state *state = decoder->state;
    size_t capacity = block_size(decoder->container);
    size_t unpacked = 0;

    if (!state->aside && !get_aside(decoder, capacity))
        return decoder_out_of_memory(decoder);
    /* The last block's end becomes this one's history. */
    if (is_linked(decoder) && state->aside_end > 0)
        memmove(state->aside, state->aside + state->aside_end - HISTORY, HISTORY);
    if (!unpack_block(decoder, size, stored, state->aside + HISTORY, capacity, &unpacked))
        return false;
    state->aside_start = HISTORY;
    state->aside_end = HISTORY + unpacked;
    return true;
}

static void take_aside(struct lz4_state *state, struct decoder_output *output)
{
    size_t size = (size_t)min_u64(output->left, state->aside_end - state->aside_start);

    memcpy(output->next, state->aside + state->aside_start, size);
    state->aside_start += size;
    decoder_wrote(output, size);
}

static bool next_block(struct decoder *decoder, struct decoder_output *output)
{
    const struct lz4_state *state = decoder->state;
    const struct container *container = decoder->container;
    size_t largest =
        (size_t)min_u64(block_size(container), container->unpacked - decoder->produced);
    bool stored = !is_legacy(decoder) && state->next & LZ4_STORED;
    size_t size = stored ? state->next & ~LZ4_STORED : state->next;
    size_t unpacked = 0;

    if (!read_block(decoder, size))
        return false;
    if (is_linked(decoder) || output->left < largest)
        return unpack_aside(decoder, size, stored);
    if (!unpack_block(decoder, size, stored, output->next, largest, &unpacked))
        return false;
    decoder_wrote(output, unpacked);
    return true;
}

static bool end_frame(struct decoder *decoder)
{
    struct lz4_state *state = decoder->state;
    uint8_t checksum[NUMBER_SIZE];

    decoder->ended = true;
    if (!(state->flags & FLAG_CONTENT_CHECKSUM))
        return true;
    if (!read_due(decoder, checksum, sizeof(checksum)))
        return false;
    if (read_le32(checksum) != XXH32_digest(&state->content))
        return decoder_damaged(decoder, "wrong content checksum");
    return true;
}

static bool lz4_step(struct decoder *decoder, struct decoder_output *output)
{
    struct lz4_state *state = decoder->state;

    if (state->aside_start < state->aside_end) {
        take_aside(state, output);
        return true;
    }
    if (is_legacy(decoder)) {
        decoder->ended = !state->has_next;
        return decoder->ended || next_block(decoder, output);
    }
    if (!state->has_next)
        return decoder_truncated(decoder);
    return state->next == 0 ? end_frame(decoder) : next_block(decoder, output);
}

const struct decoder_format decoder_lz4 = {
    .memory = lz4_memory,
    .open = lz4_open,
    .step = lz4_step,
};
