/* SPDX-License-Identifier: BSD-2-Clause */
/* Little-endian numbers at any alignment, written; common/base/bytes.h reads them. */
#pragma once

#include <stdint.h>

static inline void write_le16(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)value;
    bytes[1] = (uint8_t)(value >> 8);
}

static inline void write_le32(uint8_t *bytes, uint32_t value)
{
    write_le16(bytes, (uint16_t)value);
    write_le16(bytes + 2, (uint16_t)(value >> 16));
}

static inline void write_le64(uint8_t *bytes, uint64_t value)
{
    write_le32(bytes, (uint32_t)value);
    write_le32(bytes + 4, (uint32_t)(value >> 32));
}
