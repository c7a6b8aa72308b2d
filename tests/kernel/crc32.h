/* SPDX-License-Identifier: BSD-2-Clause */
/* The CRC-32 of zlib and Ethernet. */
#pragma once

#include <stddef.h>
#include <stdint.h>

void crc32_init(void);
/* Continues the checksum crc (0 at first) with these bytes. */
uint32_t crc32_continue(uint32_t crc, const void *data, size_t size);
