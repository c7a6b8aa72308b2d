/* SPDX-License-Identifier: BSD-2-Clause */
/* lz4's two formats: see lz4.h. A frame's header states the size, or else blocks are counted. */
#include "common/image/lz4.h"

#include "common/base/bytes.h"
#include "common/image/container_reader.h"
#include "common/image/decoder_backend.h"

#define HEADER_CHECKSUM 1 /* bytes of it, behind the frame's header */

/* Most bytes that 8 MiB are compressed to: LZ4_COMPRESSBOUND() in the library's lz4.h. */
#define LEGACY_WORST (LZ4_LEGACY_BLOCK + LZ4_LEGACY_BLOCK / 255 + 16)

/*
 * Legacy frames have no header and no end but the file's. What cannot be a block ends them too: it
 * was written behind them, which shows when they are unpacked, since only the last block is short.
 */
static bool measure_legacy(struct container_reader *reader)
{
    const uint8_t *bytes;

    if (!reader_skip(reader, LZ4_MAGIC_SIZE))
        return false;
    while (reader->end - reader->position >= LZ4_NUMBER_SIZE) {
        uint32_t size;

        if (!reader_take(reader, LZ4_NUMBER_SIZE, &bytes))
            return false;
        size = read_le32(bytes);
        if (size > LEGACY_WORST && reader->container->in_bzimage)
            return reader_damaged(reader, "impossible block size");
        if (size > LEGACY_WORST)
            break;
        if (!reader_add_unpacked(reader, LZ4_LEGACY_BLOCK) || !reader_skip(reader, size))
            return false;
        reader->container->block = max_u64(reader->container->block, size);
    }
    return true;
}

static bool count_frame_blocks(struct container_reader *reader, bool checksums)
{
    const uint8_t *bytes;

    for (;;) {
        uint32_t size;

        if (!reader_take(reader, LZ4_NUMBER_SIZE, &bytes))
            return false;
        size = read_le32(bytes);
        if (size == 0)
            return true;
        if (!reader_add_unpacked(reader, reader->container->block) ||
            !reader_skip(reader,
                         (size & ~LZ4_STORED) + (uint64_t)(checksums ? LZ4_NUMBER_SIZE : 0)))
            return false;
    }
}

static bool measure_frame(struct container_reader *reader)
{
    const uint8_t *bytes;
    uint8_t flags;
    unsigned block_code;

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
    reader->container->block = UINT64_C(1) << (8 + 2 * block_code);
    if (!(flags & LZ4_FLAG_CONTENT_SIZE))
        return reader_skip(reader, HEADER_CHECKSUM) &&
               count_frame_blocks(reader, flags & LZ4_FLAG_BLOCK_CHECKSUMS);
    if (!reader_take(reader, 8, &bytes))
        return false;
    reader->container->unpacked = read_le64(bytes);
    reader->container->unpacked_exact = true;
    return true;
}

const struct container_format container_lz4_legacy = {
    .name = "lz4 (legacy)",
    .magic = {0x02, 0x21, 0x4c, 0x18},
    .magic_size = 4,
    .measure = measure_legacy,
    .decoder = &decoder_lz4,
};

const struct container_format container_lz4 = {
    .name = "lz4",
    .magic = {0x04, 0x22, 0x4d, 0x18},
    .magic_size = 4,
    .measure = measure_frame,
    .decoder = &decoder_lz4,
};
