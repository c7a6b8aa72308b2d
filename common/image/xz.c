/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measures xz (xz-file-format.txt): sizes are in the index at the end of a stream, the sizes of the
 * dictionaries are in the blocks' headers. A file may have several streams with padding between
 * them; they are found from the last one backwards.
 */
#include "common/image/container_format.h"

#include "common/base/bytes.h"
#include "common/image/container_reader.h"
#include "common/image/decoder_backend.h"

#include <string.h>

#define HEADER_SIZE    12
#define FOOTER_SIZE    12
#define FILTER_LZMA2   0x21
#define FILTERS_MAX    4
#define HAS_PACKED     0x40
#define HAS_UNPACKED   0x80
#define DICTIONARY_MAX 40 /* the largest code, for 4 GiB - 1 */
#define BLOCK_MINIMUM  5
#define PADDING        4 /* stream padding is a multiple of 4 bytes */
#define CHECK_SIZE     4 /* the index's CRC-32 */

/* The offsets of a stream's parts in the source. */
struct stream {
    uint64_t start;
    uint64_t index; /* 0: it is larger than all before its end */
    uint64_t footer;
};

/*
 * Reads a number of variable length: 7 bits a byte, lowest first, at most 9 bytes and no more than
 * needed.
 */
static bool take_number(struct container_reader *reader, uint64_t *ret_number)
{
    uint64_t number = 0;

    for (unsigned shift = 0; shift < 63; shift += 7) {
        uint8_t byte;

        if (!reader_take_byte(reader, &byte))
            return false;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *ret_number = number;
            return byte != 0 || shift == 0 || reader_damaged(reader, "malformed number");
        }
    }
    return reader_damaged(reader, "malformed number");
}

static bool take_dictionary(struct container_reader *reader, uint64_t properties_size)
{
    uint8_t code;

    if (properties_size != 1)
        return reader_damaged(reader, "malformed LZMA2 filter");
    if (!reader_take_byte(reader, &code))
        return false;
    if (code > DICTIONARY_MAX)
        return reader_damaged(reader, "malformed LZMA2 filter");
    reader->container->dictionary = max_u64(
        reader->container->dictionary,
        code == DICTIONARY_MAX ? UINT32_MAX : (UINT64_C(2) | (code & 1)) << (code / 2 + 11));
    return true;
}

static bool take_filter(struct container_reader *reader)
{
    uint64_t id, properties_size;

    if (!take_number(reader, &id) || !take_number(reader, &properties_size))
        return false;
    if (id == FILTER_LZMA2)
        return take_dictionary(reader, properties_size);
    return reader_skip(reader, properties_size);
}

/* Measures the dictionary of the block at the reader's position. */
static bool measure_dictionary(struct container_reader *reader)
{
    uint8_t size, flags;
    uint64_t ignored;

    if (!reader_take_byte(reader, &size))
        return false;
    if (size == 0)
        return true; /* this is the index: there are no blocks */
    if (!reader_take_byte(reader, &flags))
        return false;
    if ((flags & HAS_PACKED && !take_number(reader, &ignored)) ||
        (flags & HAS_UNPACKED && !take_number(reader, &ignored)))
        return false;
    for (unsigned i = 0; i <= flags % FILTERS_MAX; i++) {
        if (!take_filter(reader))
            return false;
    }
    return true;
}

/* Reads the start of the index, up to its first record. */
static bool take_record_count(struct container_reader *reader, const struct stream *stream,
                              uint64_t *ret_count)
{
    uint8_t indicator;

    reader->position = stream->index;
    if (!reader_take_byte(reader, &indicator) || !take_number(reader, ret_count))
        return false;
    return indicator == 0 || reader_damaged(reader, "index missing");
}

/* Reads a record of the index; *ret_packed is the size of the block in the file. */
static bool take_record(struct container_reader *reader, uint64_t *ret_packed,
                        uint64_t *ret_unpacked)
{
    if (!take_number(reader, ret_packed) || !take_number(reader, ret_unpacked))
        return false;
    return (*ret_packed >= BLOCK_MINIMUM && checked_align_up(*ret_packed, 4, ret_packed)) ||
           reader_damaged(reader, "impossible size");
}

/* Adds up the sizes in the index; *ret_packed is the size of all blocks in the file. */
static bool add_index(struct container_reader *reader, const struct stream *stream,
                      uint64_t *ret_packed)
{
    uint64_t count, packed, unpacked;

    *ret_packed = 0;
    if (!take_record_count(reader, stream, &count))
        return false;
    for (; count > 0; count--) {
        if (!take_record(reader, &packed, &unpacked) || !reader_add_unpacked(reader, unpacked))
            return false;
        if (!checked_add(*ret_packed, packed, ret_packed))
            return reader_damaged(reader, "impossible size");
    }
    return true;
}

/* Call after add_index(), which has verified that the records are valid. */
static bool measure_dictionaries(struct container_reader *reader, const struct stream *stream)
{
    struct container_reader blocks = *reader; /* separate, to keep the window of the index */
    uint64_t position = stream->start + HEADER_SIZE;
    uint64_t count, packed, unpacked;

    if (!take_record_count(reader, stream, &count))
        return false;
    for (; count > 0; count--) {
        blocks.position = position;
        if (!measure_dictionary(&blocks) || !take_record(reader, &packed, &unpacked))
            return false;
        position += packed;
    }
    return true;
}

/*
 * Without an index at the end, the file is truncated or has trailing data; a size of 0 makes the
 * decoder find out which. In a bzImage, which states the payload's size, it is damage.
 */
static bool measure_without_index(struct container_reader *reader, const char *reason)
{
    struct container *container = reader->container;

    if (container->in_bzimage)
        return reader_damaged(reader, reason);
    container->unpacked = 0;
    container->unpacked_exact = false;
    container->dictionary = 0;
    reader_restrict(reader, container->content);
    reader->position += HEADER_SIZE;
    return measure_dictionary(reader);
}

/* Moves back from the end of a stream, over padding, to its footer. */
static bool find_footer(struct container_reader *reader, struct stream *stream, bool *ret_found)
{
    const uint64_t start = reader->container->content.start;
    const uint8_t *bytes;
    uint64_t size;

    *ret_found = false;
    do {
        if (reader->position - start < HEADER_SIZE + FOOTER_SIZE)
            return true;
        if (!reader_take_back(reader, PADDING, &bytes))
            return false;
    } while (read_le32(bytes) == 0);
    reader->position += PADDING;
    if (!reader_take_back(reader, FOOTER_SIZE, &bytes))
        return false;
    stream->footer = reader->position;
    size = ((uint64_t)read_le32(bytes + 4) + 1) * 4;
    stream->index = size <= stream->footer ? stream->footer - size : 0;
    *ret_found = bytes[10] == 'Y' && bytes[11] == 'Z';
    return true;
}

/* True if padding and check of the index, after its records, are all that precedes the footer. */
static bool ends_at_footer(const struct container_reader *reader, const struct stream *stream)
{
    uint64_t records = reader->position - stream->index;

    return align_up(records, 4) + CHECK_SIZE == stream->footer - stream->index;
}

/*
 * Reads the index that the footer refers to, and computes the start of the stream from it. Nothing
 * after the footer is read: each byte of a file is part of at most one index.
 */
static bool find_start(struct container_reader *reader, struct stream *stream, bool *ret_found)
{
    const uint64_t first = reader->container->content.start + HEADER_SIZE;
    uint64_t blocks;

    if (stream->index < first)
        return reader_damaged(reader, "impossible size");
    reader->end = stream->footer;
    if (!add_index(reader, stream, &blocks))
        return false;
    *ret_found = ends_at_footer(reader, stream) && blocks <= stream->index - first;
    if (*ret_found)
        stream->start = stream->index - blocks - HEADER_SIZE;
    return true;
}

static bool is_stream(struct container_reader *reader, const struct stream *stream, bool *ret_is)
{
    const uint8_t *bytes;

    reader->position = stream->start;
    if (!reader_take(reader, container_xz.magic_size, &bytes))
        return false;
    *ret_is = memcmp(bytes, container_xz.magic, container_xz.magic_size) == 0;
    return true;
}

static bool measure_xz(struct container_reader *reader)
{
    const struct range content = reader->container->content;
    struct stream stream = {0};
    bool found;

    if (range_size(content) < HEADER_SIZE + FOOTER_SIZE)
        return reader_truncated(reader);
    reader->container->unpacked_exact = true;
    for (uint64_t end = content.end; end > content.start; end = stream.start) {
        reader->position = end;
        if (!find_footer(reader, &stream, &found))
            return false;
        if (!found)
            return measure_without_index(reader, "footer missing");
        if (!find_start(reader, &stream, &found) || (found && !is_stream(reader, &stream, &found)))
            return false;
        if (!found)
            return measure_without_index(reader, "index does not match the blocks");
        if (!measure_dictionaries(reader, &stream))
            return false;
    }
    return true;
}

const struct container_format container_xz = {
    .name = "xz",
    .magic = {0xfd, '7', 'z', 'X', 'Z', 0},
    .magic_size = 6,
    .measure = measure_xz,
    .decoder = &decoder_xz,
};
