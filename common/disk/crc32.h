/* SPDX-License-Identifier: BSD-2-Clause */
/* The CRC-32 of GPTs (UEFI 2.10, section 5.3.2): polynomial 0x04c11db7, bits reflected. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Continues a checksum, 0 at first, with `size` bytes. */
uint32_t crc32_continue(uint32_t crc, const uint8_t *bytes, size_t size);
