/* SPDX-License-Identifier: BSD-2-Clause */
/* gzip (RFC 1952). */
#include "common/image/container_format.h"

#include "common/base/bytes.h"
#include "common/image/container_reader.h"
#include "common/image/decoder_backend.h"

#define SMALLEST 18 /* its header and trailer */

static bool measure_gzip(struct container_reader *reader)
{
    const uint8_t *trailer;

    if (range_size(reader->container->content) < SMALLEST)
        return reader_truncated(reader);
    reader->position = reader->end - 4;
    if (!reader_take(reader, 4, &trailer))
        return false;
    /*
     * The last member's size. Of a file that was cut off these are any bytes, and in front of
     * padding they are zeros: zlib compares sizes when it gets there.
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
