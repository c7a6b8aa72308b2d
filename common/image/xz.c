/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measures xz (xz-file-format.txt): sizes are in the index at the end, the size of the dictionary
 * is in the first block's header.
 */
#include "common/image/container_format.h"

#include "common/base/bytes.h"
#include "common/image/container_reader.h"
#include "common/image/decoder_backend.h"

#define HEADER_SIZE    12
#define FOOTER_SIZE    12
#define FILTER_LZMA2   0x21
#define FILTERS_MAX    4
#define HAS_PACKED     0x40
#define HAS_UNPACKED   0x80
#define DICTIONARY_MAX 40 /* the largest code, for 4 GiB - 1 */
#define BLOCK_MINIMUM  5

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

    if (properties_size != 1 || !reader_take_byte(reader, &code))
        return reader_damaged(reader, "malformed LZMA2 filter");
    if (code > DICTIONARY_MAX)
        return reader_damaged(reader, "malformed LZMA2 filter");
    reader->container->dictionary =
        code == DICTIONARY_MAX ? UINT32_MAX : (UINT64_C(2) | (code & 1)) << (code / 2 + 11);
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

static bool measure_dictionary(struct container_reader *reader)
{
    uint8_t size, flags;
    uint64_t ignored;

    reader->position = reader->container->content.start + HEADER_SIZE;
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

/* Adds up the sizes in the index; *ret_packed is the size of all blocks in the file. */
static bool add_index(struct container_reader *reader, uint64_t *ret_packed)
{
    uint8_t indicator;
    uint64_t count, packed, unpacked;

    *ret_packed = 0;
    if (!reader_take_byte(reader, &indicator) || !take_number(reader, &count))
        return false;
    if (indicator != 0)
        return reader_damaged(reader, "index missing");
    while (count-- > 0) {
        if (!take_number(reader, &packed) || !take_number(reader, &unpacked) ||
            !reader_add_unpacked(reader, unpacked))
            return false;
        if (packed < BLOCK_MINIMUM || !checked_align_up(packed, 4, &packed) ||
            !checked_add(*ret_packed, packed, ret_packed))
            return reader_damaged(reader, "impossible size");
    }
    return true;
}

/*
 * Without an index at the end, the file is truncated or has trailing data; a size of 0 makes the
 * decoder find out which. In a bzImage, which states the payload's size, it is damage.
 */
static bool measure_without_index(struct container_reader *reader, const char *reason)
{
    if (reader->container->in_bzimage)
        return reader_damaged(reader, reason);
    reader->container->unpacked = 0;
    return measure_dictionary(reader);
}

static bool measure_xz(struct container_reader *reader)
{
    const uint64_t size = range_size(reader->container->content);
    const uint8_t *footer;
    uint64_t index, blocks;

    if (size < HEADER_SIZE + FOOTER_SIZE)
        return reader_truncated(reader);
    reader->position = reader->end - FOOTER_SIZE;
    if (!reader_take(reader, FOOTER_SIZE, &footer))
        return false;
    if (footer[10] != 'Y' || footer[11] != 'Z')
        return measure_without_index(reader, "footer missing");
    index = ((uint64_t)read_le32(footer + 4) + 1) * 4;
    if (!fits_inside(HEADER_SIZE + FOOTER_SIZE, index, size))
        return reader_damaged(reader, "impossible size");
    reader->position = reader->end - FOOTER_SIZE - index;
    if (!add_index(reader, &blocks))
        return false;
    if (blocks != size - HEADER_SIZE - FOOTER_SIZE - index)
        return measure_without_index(reader, "index does not match the blocks");
    reader->container->unpacked_exact = true;
    return measure_dictionary(reader);
}

const struct container_format container_xz = {
    .name = "xz",
    .magic = {0xfd, '7', 'z', 'X', 'Z', 0},
    .magic_size = 6,
    .measure = measure_xz,
    .decoder = &decoder_xz,
};
