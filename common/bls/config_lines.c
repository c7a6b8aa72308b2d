/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/config_lines.h"

#include "common/base/text.h"

#include <string.h>

#define UTF8_MARK "\xef\xbb\xbf" /* byte order mark; editors on Windows write it */

struct config_lines config_lines_of(const char *text, size_t length)
{
    const char *end = text + length;
    size_t mark = strlen(UTF8_MARK);

    if (length >= mark && memcmp(text, UTF8_MARK, mark) == 0)
        text += mark;
    return (struct config_lines){text, end, 0};
}

/* A file system may leave NULs in a file after a power failure. */
static bool is_blank(char character)
{
    return is_space(character) || !character;
}

/*
 * Advances past the next line and returns the end of its text. Lines end with LF, CR LF, or, as in
 * systemd-boot, CR alone.
 */
static const char *take_line(struct config_lines *lines)
{
    const char *end = lines->next;

    while (end < lines->end && *end != '\n' && *end != '\r')
        end++;
    lines->number++;
    lines->next = end;
    if (lines->end - end >= 2 && end[0] == '\r' && end[1] == '\n')
        lines->next++;
    if (end < lines->end)
        lines->next++;
    return end;
}

static bool is_all_blank(const char *start, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!is_blank(start[i]))
            return false;
    }
    return true;
}

/*
 * Strips the quotes from a value that is quoted as a whole, as systemd-boot does. A value with more
 * quotes of that kind inside, such as "a b" c="d", keeps them all. White space in quotes alone is
 * no value: it names nothing.
 */
static void unquote(struct config_line *line)
{
    const char *start = line->value;
    size_t length = line->value_length;

    if (length < 2 || (*start != '"' && *start != '\'') || start[length - 1] != *start)
        return;
    for (size_t i = 1; i < length - 1; i++) {
        if (start[i] == *start)
            return;
    }
    line->value++;
    line->value_length = is_all_blank(start + 1, length - 2) ? 0 : length - 2;
}

/* Splits a trimmed line that is not empty. */
static void split_line(const char *start, const char *end, struct config_line *ret_line)
{
    const char *value = start;

    while (value < end && !is_blank(*value))
        value++;
    ret_line->key = start;
    ret_line->key_length = (size_t)(value - start);
    while (value < end && is_blank(*value))
        value++;
    ret_line->value = value;
    ret_line->value_length = strnlen(value, (size_t)(end - value));
    unquote(ret_line);
}

bool config_lines_next(struct config_lines *lines, struct config_line *ret_line)
{
    while (lines->next < lines->end) {
        const char *start = lines->next;
        const char *end = take_line(lines);

        while (start < end && is_blank(*start))
            start++;
        while (end > start && is_blank(end[-1]))
            end--;
        if (start == end || *start == '#')
            continue;
        split_line(start, end, ret_line);
        ret_line->number = lines->number;
        return true;
    }
    return false;
}

bool config_line_has_key(const struct config_line *line, const char *key)
{
    return strlen(key) == line->key_length && memcmp(line->key, key, line->key_length) == 0;
}
