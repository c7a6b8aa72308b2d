/* SPDX-License-Identifier: BSD-2-Clause */
/* xz' CRC-32 is gzip's: zlib's serves both, and 8 KiB of tables are saved. */
#include <lzma.h>
#include <zlib.h>

extern LZMA_API(uint32_t) lzma_crc32(const uint8_t *bytes, size_t size, uint32_t crc)
{
    return (uint32_t)crc32_z(crc, bytes, size);
}
