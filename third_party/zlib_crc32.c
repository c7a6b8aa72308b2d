/* SPDX-License-Identifier: BSD-2-Clause */
/* gzip and xz use the same CRC-32: liblzma's is the faster one where the processor has PCLMULQDQ,
 * and has smaller tables. */
#include <lzma.h>
#include <zlib.h>

uLong ZEXPORT crc32(uLong crc, const Bytef *bytes, uInt size)
{
    return bytes ? lzma_crc32(bytes, size, (uint32_t)crc) : 0;
}
