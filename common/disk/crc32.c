/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/disk/crc32.h"

#define POLYNOMIAL 0xedb88320 /* 0x04c11db7 with its bits reflected */

/* A bit at a time: some 16 KiB of a GPT take a millisecond, and a table would cost more code. */
uint32_t crc32_continue(uint32_t crc, const uint8_t *bytes, size_t size)
{
    crc = ~crc;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ POLYNOMIAL : crc >> 1;
    }
    return ~crc;
}
