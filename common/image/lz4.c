/* SPDX-License-Identifier: BSD-2-Clause */
/* Measures lz4's two formats (lz4.h). Without a size in the header, the blocks are counted. */
#include "common/image/lz4.h"

#include "common/base/bytes.h"
#include "common/image/container_reader.h"
#include "common/image/decoder_backend.h"

#define HEADER_CHECKSUM_SIZE 1 /* after the frame's header */

/* The most bytes that 8 MiB compress to: LZ4_COMPRESSBOUND() in the library's lz4.h. */
#define LEGACY_PACKED_MAX (LZ4_LEGACY_BLOCK + LZ4_LEGACY_BLOCK / 255 + 16)

/*
 * Legacy files have no header and no end mark. An impossible block size is taken as the start of
 * trailing data; unpacking verifies that, since only the last block may be short.
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
        if (size > LEGACY_PACKED_MAX && reader->container->in_bzimage)
            return reader_damaged(reader, "impossible block size");
        if (size > LEGACY_PACKED_MAX)
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
        return reader_skip(reader, HEADER_CHECKSUM_SIZE) &&
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
