/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/image/skippable.h"

#include "common/base/bytes.h"
#include "common/image/container.h"

#define HEADER_SIZE 8

/* The first of 16 magic numbers. */
#define FIRST_MAGIC 0x184d2a50

bool is_skippable(uint32_t magic)
{
    return (magic & ~UINT32_C(0xf)) == FIRST_MAGIC;
}

bool reader_pass_skippable(struct container_reader *reader, uint32_t *ret_magic)
{
    const uint8_t *header;

    for (;;) {
        if (!reader_peek_magic(reader, ret_magic))
            return false;
        if (!is_skippable(*ret_magic))
            return true;
        if (!reader_take(reader, HEADER_SIZE, &header) ||
            !reader_skip(reader, read_le32(header + 4)))
            return false;
    }
}

bool decoder_pass_skippable(struct decoder *decoder, uint32_t *ret_magic)
{
    uint8_t header[HEADER_SIZE];
    size_t count;

    for (;;) {
        if (!decoder_peek(decoder, header, sizeof(header), &count))
            return false;
        *ret_magic = count >= 4 ? read_le32(header) : 0;
        if (!is_skippable(*ret_magic))
            return true;
        if (count < sizeof(header) ||
            !decoder_pass(decoder, HEADER_SIZE + (uint64_t)read_le32(header + 4)))
            return decoder_truncated(decoder);
    }
}

/* The first frame that is not skippable shows whether the format is zstd or lz4. */
static bool measure_skippable(struct container_reader *reader)
{
    struct container *container = reader->container;
    const uint8_t *head;
    enum container_kind kind;
    uint32_t magic;
    size_t size;

    if (!reader_pass_skippable(reader, &magic) || !reader_peek_head(reader, &head, &size))
        return false;
    if (size < 4)
        return reader_truncated(reader);
    kind = container_kind_of(head, size);
    if (kind != CONTAINER_ZSTD && kind != CONTAINER_LZ4 && kind != CONTAINER_LZ4_LEGACY)
        return reader_damaged(reader, "neither a zstd nor an lz4 frame");
    container->kind = kind;
    return container_measure(reader);
}

const struct container_format container_skippable = {
    .name = "zstd or lz4",
    .magic = {FIRST_MAGIC & 0xff, 0x2a, 0x4d, 0x18},
    .magic_size = 4,
    .magic_any = 0x0f,
    .measure = measure_skippable,
};
