/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/config_encoding.h"

#include "common/base/bytes.h"
#include "common/base/utf.h"

#include <string.h>

#define BYTE_ORDER_MARK         0xfeff
#define SWAPPED_BYTE_ORDER_MARK 0xfffe

/* Without a mark, the first two characters must be ASCII, of which every other byte is 0. */
static bool is_utf16(const uint8_t *bytes, size_t length, bool *ret_big_endian)
{
    bool big = length > 0 && !bytes[0];
    uint16_t first = length >= 2 ? read_le16(bytes) : 0;

    *ret_big_endian = big || first == SWAPPED_BYTE_ORDER_MARK;
    if (first == BYTE_ORDER_MARK || first == SWAPPED_BYTE_ORDER_MARK)
        return true;
    return length >= 4 && bytes[big] && bytes[2 + big] && !bytes[!big] && !bytes[2 + !big];
}

/* Without the mark and NULs, so that UTF-32 gives the same text. Returns their number. */
static size_t copy_units(const uint8_t *bytes, size_t length, bool big_endian, uint16_t *units)
{
    size_t count = 0;

    for (size_t at = 0; at + 1 < length; at += 2) {
        uint16_t unit = read_le16(bytes + at);

        if (big_endian)
            unit = (uint16_t)(unit << 8 | unit >> 8);
        if (unit && unit != BYTE_ORDER_MARK)
            units[count++] = unit;
    }
    return count;
}

bool config_encoding_convert(const char **text, size_t *length, struct arena *arena,
                             bool *ret_converted)
{
    const uint8_t *bytes = (const uint8_t *)*text;
    bool big_endian;
    uint16_t *units;
    char *converted;

    *ret_converted = is_utf16(bytes, *length, &big_endian);
    if (!*ret_converted)
        return true;
    units = arena_alloc(arena, *length / 2, sizeof(*units));
    if (!units)
        return false;
    converted = utf16_to_utf8_copy(units, copy_units(bytes, *length, big_endian, units), arena);
    if (!converted)
        return false;
    *text = converted;
    *length = strlen(converted);
    return true;
}
