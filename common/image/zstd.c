/* SPDX-License-Identifier: BSD-2-Clause */
/* Measures zstd (RFC 8878). If a frame's header has no size, its blocks are counted. */
#include "common/image/container_format.h"

#include "common/base/bytes.h"
#include "common/image/container_reader.h"
#include "common/image/decoder_backend.h"
#include "common/image/skippable.h"

#define MAGIC       0xfd2fb528
#define BLOCK_LIMIT (128 * KIB)
#define CHECKSUM    4 /* size of it, after the last block */

struct frame_header {
    bool sized;
    bool checksum;
    uint64_t size;
    uint64_t block_limit;
};

static bool take_window(struct container_reader *reader, struct frame_header *header)
{
    uint8_t code;
    uint64_t base;

    if (!reader_take_byte(reader, &code))
        return false;
    base = UINT64_C(1) << (10 + code / 8);
    header->block_limit = min_u64(base + base / 8 * (code % 8), BLOCK_LIMIT);
    return true;
}

static bool take_size(struct container_reader *reader, unsigned code, struct frame_header *header)
{
    const uint8_t *bytes;

    if (!reader_take(reader, (size_t)1 << code, &bytes))
        return false;
    switch (code) {
    case 0:
        header->size = bytes[0];
        break;
    case 1:
        header->size = read_le16(bytes) + UINT64_C(256);
        break;
    case 2:
        header->size = read_le32(bytes);
        break;
    default:
        header->size = read_le64(bytes);
        break;
    }
    header->sized = true;
    return true;
}

static bool take_header(struct container_reader *reader, struct frame_header *header)
{
    uint8_t flags;
    bool single_segment;

    if (!reader_skip(reader, 4) || !reader_take_byte(reader, &flags))
        return false;
    if (flags & 3)
        return reader_unsupported(reader, "a preset dictionary");
    *header = (struct frame_header){.block_limit = BLOCK_LIMIT, .checksum = flags & 4};
    single_segment = flags & 0x20;
    if (!single_segment && !take_window(reader, header))
        return false;
    if (flags >> 6 == 0 && !single_segment)
        return true;
    return take_size(reader, flags >> 6, header);
}

static bool add_block(struct container_reader *reader, const struct frame_header *frame,
                      uint64_t size)
{
    return frame->sized || reader_add_unpacked(reader, size);
}

/* A block's header: bit 0 marks the last block, bits 1 and 2 are the type, the rest the size. */
static bool count_block(struct container_reader *reader, const struct frame_header *frame,
                        bool *ret_last)
{
    const uint8_t *bytes;
    uint32_t header, size;

    if (!reader_take(reader, 3, &bytes))
        return false;
    header = read_le16(bytes) | (uint32_t)bytes[2] << 16;
    size = header >> 3;
    *ret_last = header & 1;
    switch (header >> 1 & 3) {
    case 0: /* stored */
        return add_block(reader, frame, size) && reader_skip(reader, size);
    case 1: /* one byte, repeated */
        return add_block(reader, frame, size) && reader_skip(reader, 1);
    case 2:
        return add_block(reader, frame, frame->block_limit) && reader_skip(reader, size);
    default:
        return reader_damaged(reader, "impossible block type");
    }
}

static bool measure_frame(struct container_reader *reader)
{
    struct container *container = reader->container;
    struct frame_header header = {0};
    bool last = false;

    if (!take_header(reader, &header) ||
        (header.sized && !reader_add_unpacked(reader, header.size)))
        return false;
    container->unpacked_exact = container->unpacked_exact && header.sized;
    while (!last) {
        if (!count_block(reader, &header, &last))
            return false;
    }
    if (header.checksum) /* the decoder reports if it is truncated */
        reader->position += min_u64(CHECKSUM, reader->end - reader->position);
    return true;
}

/* The decoder checks what follows the last frame. */
static bool measure_zstd(struct container_reader *reader)
{
    uint32_t magic;

    reader->container->unpacked_exact = true;
    for (;;) {
        if (!reader_pass_skippable(reader, &magic))
            return false;
        if (magic != MAGIC)
            return true;
        if (!measure_frame(reader))
            return false;
    }
}

const struct container_format container_zstd = {
    .name = "zstd",
    .magic = {0x28, 0xb5, 0x2f, 0xfd},
    .magic_size = 4,
    .measure = measure_zstd,
    .decoder = &decoder_zstd,
};
