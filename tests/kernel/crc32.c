/* SPDX-License-Identifier: BSD-2-Clause */
/* Slicing by eight, to check half a gigabyte in seconds, even in an emulator. */
#include "crc32.h"

#define POLYNOMIAL 0xedb88320u
#define SLICES     8

/* table[n][b]: the effect of byte b followed by n zero bytes. In bss, so that no bit of it is part
   of what the image's own checksums cover. */
static uint32_t table[SLICES][256];

void crc32_init(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ POLYNOMIAL : crc >> 1;
        table[0][byte] = crc;
    }
    for (uint32_t slice = 1; slice < SLICES; slice++) {
        for (uint32_t byte = 0; byte < 256; byte++) {
            uint32_t crc = table[slice - 1][byte];
            table[slice][byte] = crc >> 8 ^ table[0][crc & 0xff];
        }
    }
}

uint32_t crc32_continue(uint32_t crc, const void *data, size_t size)
{
    const uint8_t *bytes = data;

    crc = ~crc;
    for (; size >= SLICES; bytes += SLICES, size -= SLICES) {
        uint32_t low, high;
        __builtin_memcpy(&low, bytes, 4);
        __builtin_memcpy(&high, bytes + 4, 4);
        low ^= crc;
        crc = table[7][low & 0xff] ^ table[6][low >> 8 & 0xff] ^ table[5][low >> 16 & 0xff] ^
              table[4][low >> 24] ^ table[3][high & 0xff] ^ table[2][high >> 8 & 0xff] ^
              table[1][high >> 16 & 0xff] ^ table[0][high >> 24];
    }
    while (size--)
        crc = crc >> 8 ^ table[0][(crc ^ *bytes++) & 0xff];
    return ~crc;
}
