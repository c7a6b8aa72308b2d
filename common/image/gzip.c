/* SPDX-License-Identifier: BSD-2-Clause */
/* gzip (RFC 1952). */
#include "common/image/container_format.h"

#include "common/base/bytes.h"
#include "common/image/container_reader.h"
#include "common/image/decoder_backend.h"

#define SIZE_MIN 18 /* header and trailer */

static bool measure_gzip(struct container_reader *reader)
{
    const uint8_t *trailer;

    if (range_size(reader->container->content) < SIZE_MIN)
        return reader_truncated(reader);
    reader->position = reader->end - 4;
    if (!reader_take(reader, 4, &trailer))
        return false;
    /*
     * This is the size of the last member. In a truncated file the bytes are arbitrary, and before
     * padding they are zeros; zlib verifies every member's size at its end.
     */
    reader->container->unpacked = read_le32(trailer);
    reader->container->unpacked_exact = false;
    return true;
}

const struct container_format container_gzip = {
    .name = "gzip",
    .magic = {0x1f, 0x8b},
    .magic_size = 2,
    .size_in_trailer = true,
    .measure = measure_gzip,
    .decoder = &decoder_gzip,
};
