/* SPDX-License-Identifier: BSD-2-Clause */
/* xz and gzip use the same CRC-32: sharing zlib's saves 8 KiB of tables. */
#include <lzma.h>
#include <zlib.h>

extern LZMA_API(uint32_t) lzma_crc32(const uint8_t *bytes, size_t size, uint32_t crc)
{
    return (uint32_t)crc32_z(crc, bytes, size);
}
