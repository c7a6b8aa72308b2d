/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How much a container unpacks to and how much memory that takes, from its headers and trailers.
 * Nothing here is believed: it bounds what the decoders may write, and they check it again.
 *
 *   gzip  RFC 1952: the last 4 bytes
 *   xz    xz-file-format.txt: the index at its end; the dictionary in the first block's header
 *   zstd  RFC 8878: the frame's header, or else its blocks counted
 *   lz4   lz4_Frame_format.md: the frame's header, or else its blocks counted
 */
#include "common/image/container.h"

#include "common/base/bytes.h"

#define GZIP_SMALLEST 18

#define XZ_HEADER_SIZE   12
#define XZ_FOOTER_SIZE   12
#define XZ_FILTER_LZMA2  0x21
#define XZ_FILTERS       4
#define XZ_HAS_PACKED    0x40
#define XZ_HAS_UNPACKED  0x80
#define XZ_DICTIONARIES  40 /* the largest code, for 4 GiB - 1 */
#define XZ_BLOCK_MINIMUM 5

#define ZSTD_BLOCK_LIMIT (128 * KIB)

#define LZ4_LEGACY_WORST (LZ4_LEGACY_BLOCK + LZ4_LEGACY_BLOCK / 255 + 16) /* packed; see lz4.h */

/* Reads forwards through a container; small things are read from a window over the source. */
struct cursor {
    struct byte_source *source;
    struct container *container;
    struct error *error;
    uint64_t position; /* in the source */
    uint64_t end;
    uint64_t window_start;
    size_t window_size;
    uint8_t window[512];
};

static bool truncated(struct cursor *cursor)
{
    return error_set(cursor->error, ERROR_UNPACK_TRUNCATED, cursor->container->kind, cursor->end);
}

static bool damaged(struct cursor *cursor, const char *reason)
{
    cursor->error->reason = reason;
    return error_set(cursor->error, ERROR_UNPACK_DAMAGED, cursor->container->kind,
                     cursor->position);
}

static bool unsupported(struct cursor *cursor, const char *reason)
{
    cursor->error->reason = reason;
    return error_set(cursor->error, ERROR_UNPACK_UNSUPPORTED, cursor->container->kind);
}

static bool fill_window(struct cursor *cursor, size_t wanted)
{
    cursor->window_size = 0;
    if (!cursor->source->read(cursor->source, cursor->position, cursor->window, wanted))
        return error_set(cursor->error, ERROR_READ);
    cursor->window_start = cursor->position;
    cursor->window_size = wanted;
    return true;
}

/* Takes `size` bytes, at most 16, and leads *ret_bytes to them. */
static bool take(struct cursor *cursor, size_t size, const uint8_t **ret_bytes)
{
    uint64_t skipped = cursor->position - cursor->window_start;

    if (!fits_inside(cursor->position, size, cursor->end))
        return truncated(cursor);
    if (cursor->position < cursor->window_start ||
        !fits_inside(skipped, size, cursor->window_size)) {
        uint64_t left = cursor->end - cursor->position;

        if (!fill_window(cursor, (size_t)min_u64(left, sizeof(cursor->window))))
            return false;
        skipped = 0;
    }
    *ret_bytes = cursor->window + skipped;
    cursor->position += size;
    return true;
}

static bool take_byte(struct cursor *cursor, uint8_t *ret_byte)
{
    const uint8_t *byte;

    if (!take(cursor, 1, &byte))
        return false;
    *ret_byte = *byte;
    return true;
}

static bool skip(struct cursor *cursor, uint64_t size)
{
    if (!fits_inside(cursor->position, size, cursor->end))
        return truncated(cursor);
    cursor->position += size;
    return true;
}

static bool add_unpacked(struct cursor *cursor, uint64_t size)
{
    if (!checked_add(cursor->container->unpacked, size, &cursor->container->unpacked))
        return damaged(cursor, "impossible size");
    return true;
}

static bool measure_gzip(struct cursor *cursor)
{
    const uint8_t *trailer;

    if (range_size(cursor->container->content) < GZIP_SMALLEST)
        return truncated(cursor);
    cursor->position = cursor->end - 4;
    if (!take(cursor, 4, &trailer))
        return false;
    /* Of a file that was cut off these are any bytes: zlib compares them when it gets there. */
    cursor->container->unpacked = read_le32(trailer);
    cursor->container->unpacked_exact = false;
    return true;
}

/* xz' numbers: 7 bits a byte, the lowest first, at most 9 bytes, no needless ones. */
static bool take_xz_number(struct cursor *cursor, uint64_t *ret_number)
{
    uint64_t number = 0;

    for (unsigned shift = 0; shift < 63; shift += 7) {
        uint8_t byte;

        if (!take_byte(cursor, &byte))
            return false;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *ret_number = number;
            return byte != 0 || shift == 0 || damaged(cursor, "malformed number");
        }
    }
    return damaged(cursor, "malformed number");
}

static bool take_xz_dictionary(struct cursor *cursor, uint64_t properties_size)
{
    uint8_t code;

    if (properties_size != 1 || !take_byte(cursor, &code))
        return damaged(cursor, "malformed LZMA2 filter");
    if (code > XZ_DICTIONARIES)
        return damaged(cursor, "malformed LZMA2 filter");
    cursor->container->dictionary =
        code == XZ_DICTIONARIES ? UINT32_MAX : (UINT64_C(2) | (code & 1)) << (code / 2 + 11);
    return true;
}

static bool take_xz_filter(struct cursor *cursor)
{
    uint64_t id, properties_size;

    if (!take_xz_number(cursor, &id) || !take_xz_number(cursor, &properties_size))
        return false;
    if (id == XZ_FILTER_LZMA2)
        return take_xz_dictionary(cursor, properties_size);
    return skip(cursor, properties_size);
}

static bool measure_xz_dictionary(struct cursor *cursor)
{
    uint8_t size, flags;
    uint64_t ignored;

    cursor->position = cursor->container->content.start + XZ_HEADER_SIZE;
    if (!take_byte(cursor, &size))
        return false;
    if (size == 0)
        return true; /* the index already: no blocks */
    if (!take_byte(cursor, &flags))
        return false;
    if ((flags & XZ_HAS_PACKED && !take_xz_number(cursor, &ignored)) ||
        (flags & XZ_HAS_UNPACKED && !take_xz_number(cursor, &ignored)))
        return false;
    for (unsigned i = 0; i <= flags % XZ_FILTERS; i++) {
        if (!take_xz_filter(cursor))
            return false;
    }
    return true;
}

/* Adds up the index; *ret_packed becomes what its blocks take in the file. */
static bool add_xz_index(struct cursor *cursor, uint64_t *ret_packed)
{
    uint8_t indicator;
    uint64_t count, packed, unpacked;

    *ret_packed = 0;
    if (!take_byte(cursor, &indicator) || !take_xz_number(cursor, &count))
        return false;
    if (indicator != 0)
        return damaged(cursor, "no index where one is due");
    while (count-- > 0) {
        if (!take_xz_number(cursor, &packed) || !take_xz_number(cursor, &unpacked) ||
            !add_unpacked(cursor, unpacked))
            return false;
        if (packed < XZ_BLOCK_MINIMUM || !checked_align_up(packed, 4, &packed) ||
            !checked_add(*ret_packed, packed, ret_packed))
            return damaged(cursor, "impossible size");
    }
    return true;
}

/*
 * Bytes behind the stream's end, or the lack of some, hide its index. A size of 0 makes the decoder
 * find out which. What a bzImage holds has its bounds from there: it is damaged.
 */
static bool measure_xz_without_index(struct cursor *cursor, const char *reason)
{
    if (cursor->container->in_bzimage)
        return damaged(cursor, reason);
    cursor->container->unpacked = 0;
    return measure_xz_dictionary(cursor);
}

static bool measure_xz(struct cursor *cursor)
{
    const uint64_t size = range_size(cursor->container->content);
    const uint8_t *footer;
    uint64_t index, blocks;

    if (size < XZ_HEADER_SIZE + XZ_FOOTER_SIZE)
        return truncated(cursor);
    cursor->position = cursor->end - XZ_FOOTER_SIZE;
    if (!take(cursor, XZ_FOOTER_SIZE, &footer))
        return false;
    if (footer[10] != 'Y' || footer[11] != 'Z')
        return measure_xz_without_index(cursor, "no footer at its end");
    index = ((uint64_t)read_le32(footer + 4) + 1) * 4;
    if (!fits_inside(XZ_HEADER_SIZE + XZ_FOOTER_SIZE, index, size))
        return damaged(cursor, "impossible size");
    cursor->position = cursor->end - XZ_FOOTER_SIZE - index;
    if (!add_xz_index(cursor, &blocks))
        return false;
    if (blocks != size - XZ_HEADER_SIZE - XZ_FOOTER_SIZE - index)
        return measure_xz_without_index(cursor, "its index does not fit it");
    cursor->container->unpacked_exact = true;
    return measure_xz_dictionary(cursor);
}

struct zstd_header {
    bool sized;
    uint64_t size;
    uint64_t block_limit;
};

static bool take_zstd_window(struct cursor *cursor, struct zstd_header *header)
{
    uint8_t code;
    uint64_t base;

    if (!take_byte(cursor, &code))
        return false;
    base = UINT64_C(1) << (10 + code / 8);
    header->block_limit = min_u64(base + base / 8 * (code % 8), ZSTD_BLOCK_LIMIT);
    return true;
}

static bool take_zstd_size(struct cursor *cursor, unsigned code, struct zstd_header *header)
{
    const uint8_t *bytes;

    if (!take(cursor, (size_t)1 << code, &bytes))
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

static bool take_zstd_header(struct cursor *cursor, struct zstd_header *header)
{
    uint8_t flags;
    bool single_segment;

    if (!skip(cursor, 4) || !take_byte(cursor, &flags))
        return false;
    if (flags & 3)
        return unsupported(cursor, "a dictionary of its own");
    *header = (struct zstd_header){.block_limit = ZSTD_BLOCK_LIMIT};
    single_segment = flags & 0x20;
    if (!single_segment && !take_zstd_window(cursor, header))
        return false;
    if (flags >> 6 == 0 && !single_segment)
        return true;
    return take_zstd_size(cursor, flags >> 6, header);
}

/* A block's header: bit 0 the last one, bits 1 and 2 its type, the rest its size. */
static bool count_zstd_block(struct cursor *cursor, uint64_t block_limit, bool *ret_last)
{
    const uint8_t *bytes;
    uint32_t header, size;

    if (!take(cursor, 3, &bytes))
        return false;
    header = read_le16(bytes) | (uint32_t)bytes[2] << 16;
    size = header >> 3;
    *ret_last = header & 1;
    switch (header >> 1 & 3) {
    case 0: /* stored */
        return add_unpacked(cursor, size) && skip(cursor, size);
    case 1: /* one byte, many times */
        return add_unpacked(cursor, size) && skip(cursor, 1);
    case 2:
        return add_unpacked(cursor, block_limit) && skip(cursor, size);
    default:
        return damaged(cursor, "impossible block type");
    }
}

static bool measure_zstd(struct cursor *cursor)
{
    struct zstd_header header = {0};
    bool last = false;

    if (!take_zstd_header(cursor, &header))
        return false;
    if (header.sized) {
        cursor->container->unpacked = header.size;
        cursor->container->unpacked_exact = true;
        return true;
    }
    while (!last) {
        if (!count_zstd_block(cursor, header.block_limit, &last))
            return false;
    }
    return true;
}

/*
 * Legacy frames have no header and no end but the file's. What cannot be a block ends them too: it
 * was written behind them, which shows when they are unpacked, since only the last block is short.
 */
static bool measure_lz4_legacy(struct cursor *cursor)
{
    const uint8_t *bytes;

    if (!skip(cursor, 4))
        return false;
    while (cursor->end - cursor->position >= 4) {
        uint32_t size;

        if (!take(cursor, 4, &bytes))
            return false;
        size = read_le32(bytes);
        if (size > LZ4_LEGACY_WORST && cursor->container->in_bzimage)
            return damaged(cursor, "impossible block size");
        if (size > LZ4_LEGACY_WORST)
            break;
        if (!add_unpacked(cursor, LZ4_LEGACY_BLOCK) || !skip(cursor, size))
            return false;
        cursor->container->block = max_u64(cursor->container->block, size);
    }
    return true;
}

static bool count_lz4_blocks(struct cursor *cursor, bool checksums)
{
    const uint8_t *bytes;

    for (;;) {
        uint32_t size;

        if (!take(cursor, 4, &bytes))
            return false;
        size = read_le32(bytes);
        if (size == 0)
            return true;
        if (!add_unpacked(cursor, cursor->container->block) ||
            !skip(cursor, (size & ~LZ4_STORED) + (checksums ? UINT64_C(4) : 0)))
            return false;
    }
}

/* FLG: version, independent blocks, block checksums, size, checksum, -, dictionary. BD: block size
 */
static bool measure_lz4(struct cursor *cursor)
{
    const uint8_t *bytes;
    uint8_t flags;
    unsigned block_code;

    if (!skip(cursor, 4) || !take(cursor, 2, &bytes))
        return false;
    flags = bytes[0];
    block_code = bytes[1] >> 4 & 7;
    if (flags >> 6 != 1)
        return unsupported(cursor, "another version of the format");
    if (flags & 1)
        return unsupported(cursor, "a dictionary of its own");
    if (block_code < 4)
        return damaged(cursor, "impossible block size");
    cursor->container->block = UINT64_C(1) << (8 + 2 * block_code);
    if (!(flags & 8))
        return skip(cursor, 1) && count_lz4_blocks(cursor, flags & 0x10);
    if (!take(cursor, 8, &bytes))
        return false;
    cursor->container->unpacked = read_le64(bytes);
    cursor->container->unpacked_exact = true;
    return true;
}

bool container_measure(struct byte_source *source, struct container *container, struct error *error)
{
    struct cursor cursor = {
        .source = source,
        .container = container,
        .error = error,
        .position = container->content.start,
        .end = container->content.end,
    };

    switch (container->kind) {
    case CONTAINER_GZIP:
        return measure_gzip(&cursor);
    case CONTAINER_XZ:
        return measure_xz(&cursor);
    case CONTAINER_ZSTD:
        return measure_zstd(&cursor);
    case CONTAINER_LZ4_LEGACY:
        return measure_lz4_legacy(&cursor);
    case CONTAINER_LZ4:
        return measure_lz4(&cursor);
    default:
        container->unpacked = range_size(container->content);
        container->unpacked_exact = true;
        return true;
    }
}
