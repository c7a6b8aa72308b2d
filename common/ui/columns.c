/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/ui/columns.h"

#include "common/base/overflow.h"
#include "common/base/units.h"
#include "common/base/utf.h"

#include <string.h>

/* Unicode's East_Asian_Width W and F, rounded to whole blocks. UCS-2 is enough for consoles. */
static const uint16_t wide[][2] = {
    {0x1100, 0x115f},                   /* Hangul Jamo, leading consonants */
    {0x2e80, 0x303e},                   /* CJK radicals and punctuation */
    {0x3041, 0xa4cf},                   /* Hiragana to Yi, with the ideographs */
    {0xa960, 0xa97c},                   /* Hangul Jamo extended A */
    {0xac00, 0xd7a3},                   /* Hangul syllables */
    {0xf900, 0xfaff},                   /* CJK compatibility ideographs */
    {0xfe30, 0xfe6f},                   /* vertical and small forms */
    {0xff01, 0xff60}, {0xffe0, 0xffe6}, /* full-width forms */
};

/* Combining marks, joiners, and the byte order mark. */
static const uint16_t zero_width[][2] = {
    {0x0300, 0x036f}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f},
    {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff},
};

static bool is_listed(uint32_t code_point, const uint16_t ranges[][2], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (code_point >= ranges[i][0] && code_point <= ranges[i][1])
            return true;
    }
    return false;
}

unsigned columns_of_character(uint32_t code_point)
{
    if (code_point < zero_width[0][0])
        return 1;
    if (is_listed(code_point, zero_width, ELEMENTS(zero_width)))
        return 0;
    return is_listed(code_point, wide, ELEMENTS(wide)) ? 2 : 1;
}

size_t columns_of_text(const char *text, size_t length)
{
    const char *end = text + length;
    size_t columns = 0;

    while (text < end)
        columns += columns_of_character(utf8_next(&text));
    return columns;
}

size_t columns_fit(const char *text, size_t length, size_t columns)
{
    const char *end = text + length;
    const char *position = text;
    const char *fits = text;

    while (position < end) {
        unsigned width = columns_of_character(utf8_next(&position));

        if (width > columns || position > end)
            break;
        columns -= width;
        fits = position;
    }
    return (size_t)(fits - text);
}

size_t columns_cut(const char *text, size_t length, size_t columns, size_t *ret_dots)
{
    *ret_dots = 0;
    if (columns_fit(text, length, columns) == length)
        return length;
    *ret_dots = min_u64(columns, strlen(COLUMNS_DOTS));
    return columns_fit(text, length, columns - *ret_dots);
}

static size_t length_to_line_end(const char *text)
{
    size_t length = 0;

    while (text[length] && text[length] != '\n')
        length++;
    return length;
}

/* Where to break a line of which `fits` bytes fit: after a whole word if possible. */
static size_t find_break(const char *line, size_t fits)
{
    size_t length = fits;

    while (length > 0 && !is_space(line[length]))
        length--;
    while (length > 0 && is_space(line[length - 1]))
        length--;
    return length > 0 ? length : fits;
}

const char *columns_next_line(const char **text, size_t columns, size_t *ret_length)
{
    const char *line = *text;
    size_t whole = length_to_line_end(line);
    size_t length = columns_fit(line, whole, columns);

    if (!*line)
        return NULL;
    if (length < whole)
        length = find_break(line, length);
    if (length == 0 && whole > 0) /* a character wider than the line: always advance */
        length = whole;
    *text = line + length;
    while (is_space(**text) && **text != '\n')
        (*text)++;
    if (**text == '\n')
        (*text)++;
    *ret_length = length;
    return line;
}
