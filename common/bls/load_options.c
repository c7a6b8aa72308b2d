/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/load_options.h"

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "common/base/utf.h"

static bool is_control(uint32_t unit)
{
    return (unit < ' ' && !is_space((char)unit)) || unit == 0x7f;
}

/* True for 8-bit text, UTF-8 included: no control characters, but maybe NULs at the end. */
static bool is_8bit_text(const uint8_t *bytes, size_t size)
{
    while (size > 0 && bytes[size - 1] == 0)
        size--;
    for (size_t i = 0; i < size; i++) {
        if (is_control(bytes[i]))
            return false;
    }
    /* At least two: a single byte may be one ASCII letter in UCS-2. */
    return size >= 2;
}

static size_t count_units(const uint8_t *bytes, size_t size)
{
    size_t count = 0;

    while (count < size / 2 && read_le16(bytes + 2 * count) != 0)
        count++;
    return count;
}

/*
 * A command line contains some ASCII, if only a letter of a path. The 16 bytes of a GUID, read as
 * UCS-2, usually contain none, and often contain characters that text does not.
 */
static bool is_ucs2_text(const uint8_t *bytes, size_t count)
{
    bool ascii = false;

    for (size_t i = 0; i < count; i++) {
        uint16_t unit = read_le16(bytes + 2 * i);

        if (is_control(unit) || unit >= 0xfffe || (unit >= 0xe000 && unit < 0xf900))
            return false;
        ascii |= unit > ' ' && unit < 0x7f;
    }
    return ascii;
}

static bool is_blank(const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint16_t unit = read_le16(bytes + 2 * i);

        if (unit > ' ' || !is_space((char)unit))
            return false;
    }
    return true;
}

static enum load_options copy(const uint8_t *bytes, size_t size, struct arena *arena,
                              const char **ret_text)
{
    const char *text = arena_strndup(arena, (const char *)bytes, size);
    const char *at = text;

    if (!text)
        return LOAD_OPTIONS_OUT_OF_MEMORY;
    while (is_space(*at))
        at++;
    *ret_text = text;
    return *at ? LOAD_OPTIONS_TEXT : LOAD_OPTIONS_NONE;
}

static enum load_options convert(const uint8_t *bytes, size_t count, struct arena *arena,
                                 const char **ret_text)
{
    uint16_t *ucs2 = arena_alloc(arena, count, sizeof(*ucs2));

    if (!ucs2)
        return LOAD_OPTIONS_OUT_OF_MEMORY;
    for (size_t i = 0; i < count; i++)
        ucs2[i] = read_le16(bytes + 2 * i); /* LoadOptions may lie at an odd address */
    *ret_text = utf16_to_utf8_copy(ucs2, count, arena);
    return *ret_text ? LOAD_OPTIONS_TEXT : LOAD_OPTIONS_OUT_OF_MEMORY;
}

enum load_options load_options_read(const void *data, size_t size, struct arena *arena,
                                    const char **ret_text)
{
    const uint8_t *bytes = data;
    size_t count;

    if (!data || size < 2)
        return LOAD_OPTIONS_NONE;
    if (is_8bit_text(bytes, size))
        return copy(bytes, size, arena, ret_text);
    count = count_units(bytes, size);
    if (is_blank(bytes, count))
        return LOAD_OPTIONS_NONE;
    if (!is_ucs2_text(bytes, count))
        return LOAD_OPTIONS_JUNK;
    return convert(bytes, count, arena, ret_text);
}
