/* SPDX-License-Identifier: BSD-2-Clause */
/* Measures lz4's two formats (lz4.h). If a frame's header has no size, its blocks are counted. */
#include "common/image/lz4.h"

#include "common/base/bytes.h"
#include "common/image/container_reader.h"
#include "common/image/decoder_backend.h"
#include "common/image/skippable.h"

#define HEADER_CHECKSUM_SIZE 1 /* after the frame's header */

/* The most bytes that 8 MiB compress to: LZ4_COMPRESSBOUND() in the library's lz4.h. */
#define LEGACY_PACKED_MAX (LZ4_LEGACY_BLOCK + LZ4_LEGACY_BLOCK / 255 + 16)

/* Raises the maximum block sizes to those of a frame. */
static void note_blocks(struct container *container, uint64_t packed, uint64_t unpacked)
{
    container->block = max_u64(container->block, packed);
    container->unpacked_block = max_u64(container->unpacked_block, unpacked);
}

/* `number` is in place of a legacy block's size: the next frame's magic number, or trailing data.
 */
static bool end_legacy(struct container_reader *reader, uint32_t number)
{
    bool frame = number == LZ4_MAGIC || number == LZ4_LEGACY_MAGIC || is_skippable(number);

    return frame || !reader->container->in_bzimage ||
           reader_damaged(reader, "impossible block size");
}

/*
 * Legacy frames have no header and no end mark. An impossible block size is taken as the start of
 * another frame or of trailing data; unpacking verifies that, since only the last block may be
 * short.
 */
static bool measure_legacy(struct container_reader *reader)
{
    uint32_t size;

    if (!reader_skip(reader, LZ4_MAGIC_SIZE))
        return false;
    while (reader->end - reader->position >= LZ4_NUMBER_SIZE) {
        if (!reader_peek_magic(reader, &size))
            return false;
        if (size > LEGACY_PACKED_MAX)
            return end_legacy(reader, size);
        if (!reader_add_unpacked(reader, LZ4_LEGACY_BLOCK) ||
            !reader_skip(reader, LZ4_NUMBER_SIZE + (uint64_t)size))
            return false;
        reader->container->unpacked_exact = false;
        note_blocks(reader->container, size, LZ4_LEGACY_BLOCK);
    }
    return true;
}

/* Adds `block` bytes for each block of a frame; 0 if its header states the size. */
static bool count_frame_blocks(struct container_reader *reader, bool checksums, uint64_t block)
{
    const uint8_t *bytes;

    for (;;) {
        uint32_t size;

        if (!reader_take(reader, LZ4_NUMBER_SIZE, &bytes))
            return false;
        size = read_le32(bytes);
        if (size == 0)
            return true;
        if (!reader_add_unpacked(reader, block) ||
            !reader_skip(reader,
                         (size & ~LZ4_STORED) + (uint64_t)(checksums ? LZ4_NUMBER_SIZE : 0)))
            return false;
    }
}

/* Skips the blocks and the content checksum; the decoder reports if that is truncated. */
static bool measure_blocks(struct container_reader *reader, uint8_t flags, uint64_t block)
{
    struct container *container = reader->container;
    const uint8_t *bytes;

    if (flags & LZ4_FLAG_CONTENT_SIZE) {
        if (!reader_take(reader, 8, &bytes) || !reader_add_unpacked(reader, read_le64(bytes)))
            return false;
        block = 0;
    } else {
        container->unpacked_exact = false;
    }
    if (!reader_skip(reader, HEADER_CHECKSUM_SIZE) ||
        !count_frame_blocks(reader, flags & LZ4_FLAG_BLOCK_CHECKSUMS, block))
        return false;
    if (flags & LZ4_FLAG_CONTENT_CHECKSUM)
        reader->position += min_u64(LZ4_NUMBER_SIZE, reader->end - reader->position);
    return true;
}

static bool measure_frame(struct container_reader *reader)
{
    const uint8_t *bytes;
    uint8_t flags;
    unsigned block_code;
    uint64_t block;

    if (!reader_skip(reader, LZ4_MAGIC_SIZE) || !reader_take(reader, 2, &bytes))
        return false;
    flags = bytes[0];
    block_code = bytes[1] >> LZ4_BLOCK_CODE_SHIFT & LZ4_BLOCK_CODE_MASK;
    if (flags >> LZ4_VERSION_SHIFT != LZ4_VERSION)
        return reader_unsupported(reader, "unknown version of the format");
    if (flags & LZ4_FLAG_DICTIONARY)
        return reader_unsupported(reader, "a preset dictionary");
    if (block_code < LZ4_BLOCK_CODE_MIN)
        return reader_damaged(reader, "impossible block size");
    block = LZ4_BLOCK_SIZE(block_code);
    note_blocks(reader->container, block, block);
    return measure_blocks(reader, flags, block);
}

/* The decoder checks what follows the last frame. */
static bool measure_lz4(struct container_reader *reader)
{
    uint32_t magic;

    reader->container->unpacked_exact = true;
    for (;;) {
        bool measured;

        if (!reader_pass_skippable(reader, &magic))
            return false;
        if (magic != LZ4_MAGIC && magic != LZ4_LEGACY_MAGIC)
            return true;
        measured = magic == LZ4_MAGIC ? measure_frame(reader) : measure_legacy(reader);
        if (!measured)
            return false;
    }
}

const struct container_format container_lz4_legacy = {
    .name = "lz4 (legacy)",
    .magic = {0x02, 0x21, 0x4c, 0x18},
    .magic_size = 4,
    .measure = measure_lz4,
    .decoder = &decoder_lz4,
};

const struct container_format container_lz4 = {
    .name = "lz4",
    .magic = {0x04, 0x22, 0x4d, 0x18},
    .magic_size = 4,
    .measure = measure_lz4,
    .decoder = &decoder_lz4,
};
