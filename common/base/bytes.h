/* SPDX-License-Identifier: BSD-2-Clause */
/* Little-endian numbers at any alignment. The caller has checked the bounds. */
#pragma once

#include <stdint.h>

static inline uint16_t read_le16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static inline uint32_t read_le32(const uint8_t *bytes)
{
    return read_le16(bytes) | (uint32_t)read_le16(bytes + 2) << 16;
}

static inline uint64_t read_le64(const uint8_t *bytes)
{
    return read_le32(bytes) | (uint64_t)read_le32(bytes + 4) << 32;
}

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
