/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/base/utf.h"

#include "common/base/arena.h"

#include <stdbool.h>

/* Returns how many bytes follow a leading byte, and its payload bits; -1 if it is not one. */
static int utf8_tail(uint8_t lead, uint32_t *ret_bits)
{
    static const uint8_t marks[] = {0xc0, 0xe0, 0xf0, 0xf8};

    if (lead < 0x80) {
        *ret_bits = lead;
        return 0;
    }
    for (int tail = 1; tail <= 3; tail++) {
        if ((lead & marks[tail]) == marks[tail - 1]) {
            *ret_bits = lead & (uint8_t)~marks[tail];
            return tail;
        }
    }
    return -1;
}

uint32_t utf8_next(const char **text)
{
    static const uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};
    const uint8_t *bytes = (const uint8_t *)*text;
    uint32_t code_point = 0;
    int tail = utf8_tail(*bytes++, &code_point);

    for (int i = 0; i < tail; i++) {
        if ((*bytes & 0xc0) != 0x80) { /* includes the NUL */
            tail = -1;
            break;
        }
        code_point = code_point << 6 | (*bytes++ & 0x3f);
    }
    *text = (const char *)bytes;
    if (tail < 0 || code_point < smallest[tail] || code_point > 0x10ffff ||
        (code_point >= 0xd800 && code_point < 0xe000))
        return UTF_REPLACEMENT_CHARACTER;
    return code_point;
}

size_t utf8_encode(uint32_t code_point, char bytes[4])
{
    static const uint8_t marks[] = {0, 0xc0, 0xe0, 0xf0};
    size_t tail = code_point < 0x80 ? 0 : code_point < 0x800 ? 1 : code_point < 0x10000 ? 2 : 3;

    for (size_t i = tail; i > 0; i--) {
        bytes[i] = (char)(0x80 | (code_point & 0x3f));
        code_point >>= 6;
    }
    bytes[0] = (char)(marks[tail] | code_point);
    return tail + 1;
}

static bool is_high_surrogate(uint32_t unit)
{
    return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low_surrogate(uint32_t unit)
{
    return unit >= 0xdc00 && unit < 0xe000;
}

/* Returns the code point at units[*index] and advances *index to its last unit. */
static uint32_t utf16_next(const uint16_t *units, size_t count, size_t *index)
{
    uint32_t unit = units[*index];

    if (is_high_surrogate(unit) && *index + 1 < count && is_low_surrogate(units[*index + 1]))
        return 0x10000 + ((unit - 0xd800) << 10) + (units[++*index] - 0xdc00u);
    return is_high_surrogate(unit) || is_low_surrogate(unit) ? UTF_REPLACEMENT_CHARACTER : unit;
}

void utf16_to_utf8(const uint16_t *units, size_t count, char *buffer, size_t size)
{
    size_t length = 0;

    for (size_t i = 0; i < count && units[i]; i++) {
        char bytes[4];
        size_t encoded = utf8_encode(utf16_next(units, count, &i), bytes);

        for (size_t byte = 0; byte < encoded && length + 1 < size; byte++)
            buffer[length++] = bytes[byte];
    }
    buffer[length] = '\0';
}

char *utf16_to_utf8_copy(const uint16_t *units, size_t count, struct arena *arena)
{
    size_t size = 3 * count + 1;
    char *text = arena_alloc(arena, size, 1);

    if (text)
        utf16_to_utf8(units, count, text, size);
    return text;
}

size_t utf16_encode(uint32_t code_point, uint16_t units[2])
{
    if (code_point < 0x10000) {
        units[0] = (uint16_t)code_point;
        return 1;
    }
    units[0] = (uint16_t)(0xd800 + ((code_point - 0x10000) >> 10));
    units[1] = (uint16_t)(0xdc00 + ((code_point - 0x10000) & 0x3ff));
    return 2;
}

size_t utf8_to_utf16(const char *text, uint16_t *units, size_t size)
{
    size_t count = 0;

    while (*text) {
        uint16_t encoded[2];
        size_t needed = utf16_encode(utf8_next(&text), encoded);

        if (count + needed >= size)
            break;
        for (size_t i = 0; i < needed; i++)
            units[count++] = encoded[i];
    }
    units[count] = 0;
    return count;
}

size_t utf16_length(const char *text)
{
    size_t count = 0;

    while (*text)
        count += utf8_next(&text) >= 0x10000 ? 2 : 1;
    return count;
}

uint16_t *utf8_to_utf16_copy(const char *text, struct arena *arena, size_t *ret_count)
{
    size_t count = utf16_length(text);
    uint16_t *units = arena_alloc(arena, count + 1, sizeof(*units));

    if (units)
        *ret_count = utf8_to_utf16(text, units, count + 1);
    return units;
}
