/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/options/load_options.h"

#include "common/base/bytes.h"
#include "common/base/overflow.h"
#include "common/base/text.h"
#include "common/base/units.h"
#include "common/base/utf.h"

#include <string.h>

#define BYTE_ORDER_MARK 0xfeff

/* UEFI 2.10, sections 3.1.3 and 10.3.1. */
#define LOAD_OPTION_DESCRIPTION 6
#define LOAD_OPTION_ATTRIBUTES  0x1f0bu /* ACTIVE, FORCE_RECONNECT, HIDDEN, the category */
#define DEVICE_PATH_HEADER      4
#define DEVICE_PATH_END         0x7f
#define DEVICE_PATH_END_ENTIRE  0xff

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

    if (!text)
        return LOAD_OPTIONS_OUT_OF_MEMORY;
    *ret_text = text;
    return *skip_spaces(text) ? LOAD_OPTIONS_TEXT : LOAD_OPTIONS_NONE;
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

/*
 * What firmware writes into options of its own making, to know them again: AMI ("AMBO", "AMGO"),
 * Insyde and Phoenix ("RC", "HD0"...), Microsoft's boot manager ("WINDOWS").
 */
static bool is_firmware_mark(const char *text)
{
    static const char marks[][8] = {"RC", "AMBO", "AMGO", "WINDOWS"};
    static const char drives[][4] = {"HD", "FD", "CD", "NET", "USB"};
    size_t length = strlen(text);

    while (length > 0 && is_space(text[length - 1]))
        length--;
    for (size_t i = 0; i < ELEMENTS(marks); i++) {
        if (length == strlen(marks[i]) && memcmp(text, marks[i], length) == 0)
            return true;
    }
    for (size_t i = 0; i < ELEMENTS(drives); i++) {
        size_t name = strlen(drives[i]);

        if (length == name + 1 && memcmp(text, drives[i], name) == 0 && is_digit(text[name]))
            return true;
    }
    return false;
}

/* True when the first word could be an option or a path: no file system has names with these. */
static bool starts_like_options(const char *text)
{
    text = skip_spaces(text);
    if (*text == '-' || *text == '"')
        return true;
    for (; *text && !is_space(*text); text++) {
        if (strchr("*?<>|", *text))
            return false;
    }
    return true;
}

/* What the text turns out to be, if it is text. */
static enum load_options judge(enum load_options kind, const char *text)
{
    if (kind != LOAD_OPTIONS_TEXT)
        return kind;
    if (is_firmware_mark(text))
        return LOAD_OPTIONS_NONE;
    return starts_like_options(text) ? LOAD_OPTIONS_TEXT : LOAD_OPTIONS_JUNK;
}

static enum load_options read_text(const uint8_t *bytes, size_t size, struct arena *arena,
                                   const char **ret_text)
{
    size_t count;

    if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) { /* UTF-8's byte order mark */
        bytes += 3;
        size -= 3;
    } else if (size >= 2 && read_le16(bytes) == BYTE_ORDER_MARK) {
        bytes += 2;
        size -= 2;
    }
    if (size < 2)
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

/* True when exactly `size` bytes are a list of well-formed device paths. */
static bool are_device_paths(const uint8_t *bytes, size_t size)
{
    size_t at = 0;

    while (fits_inside(at, DEVICE_PATH_HEADER, size)) {
        uint16_t length = read_le16(bytes + at + 2);
        bool end = bytes[at] == DEVICE_PATH_END && bytes[at + 1] == DEVICE_PATH_END_ENTIRE;

        if (length < DEVICE_PATH_HEADER || !fits_inside(at, length, size))
            return false;
        at += length;
        if (end && at == size)
            return true; /* the last of several paths ends the list */
    }
    return false;
}

/*
 * Dell's firmware passes the whole of its EFI_LOAD_OPTION (UEFI 2.10, section 3.1.3) instead of the
 * OptionalData at its end:
 *
 *     0  Attributes  4  FilePathListLength  6  Description, NUL  FilePathList  OptionalData
 *
 * Anything else is left as it is.
 */
static void unwrap_load_option(const uint8_t **bytes, size_t *size)
{
    const uint8_t *option = *bytes;
    size_t description, paths, path_size;

    if (*size < LOAD_OPTION_DESCRIPTION + 2 + DEVICE_PATH_HEADER ||
        (read_le32(option) & ~LOAD_OPTION_ATTRIBUTES) != 0)
        return;
    path_size = read_le16(option + 4);
    description = count_units(option + LOAD_OPTION_DESCRIPTION, *size - LOAD_OPTION_DESCRIPTION);
    paths = LOAD_OPTION_DESCRIPTION + 2 * (description + 1);
    if (path_size == 0 || !fits_inside(paths, path_size, *size) ||
        !are_device_paths(option + paths, path_size))
        return;
    *bytes += paths + path_size;
    *size -= paths + path_size;
}

enum load_options load_options_read(const void *data, size_t size, struct arena *arena,
                                    const char **ret_text)
{
    const uint8_t *bytes = data;
    const char *text = NULL;
    enum load_options kind;

    *ret_text = NULL;
    if (!data)
        return LOAD_OPTIONS_NONE;
    unwrap_load_option(&bytes, &size);
    kind = read_text(bytes, size, arena, &text);
    kind = judge(kind, text);
    if (kind == LOAD_OPTIONS_TEXT)
        *ret_text = text;
    return kind;
}
