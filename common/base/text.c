/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/base/text.h"

#include "common/base/arena.h"
#include "common/base/overflow.h"
#include "common/base/units.h"
#include "common/base/utf.h"

#include <string.h>

void text_clear(struct text *text)
{
    text->length = 0;
    text->data[0] = '\0';
}

void text_append_char(struct text *text, char character)
{
    if (text->length + 1 >= text->size)
        return;
    text->data[text->length++] = character;
    text->data[text->length] = '\0';
}

static void append_bytes(struct text *text, const char *bytes, size_t length)
{
    size_t count = min_u64(length, text->size - 1 - text->length);

    memcpy(text->data + text->length, bytes, count);
    text->length += count;
    text->data[text->length] = '\0';
}

void text_append(struct text *text, const char *string)
{
    append_bytes(text, string, strlen(string));
}

static bool is_inside_character(char byte)
{
    return ((uint8_t)byte & 0xc0) == 0x80;
}

void text_append_short(struct text *text, const char *name, size_t most)
{
    static const char dots[] = "...";
    size_t length = strlen(name);
    size_t head = length, tail = length;

    if (length > most) {
        head = (most - strlen(dots)) / 2;
        tail = length - head;
    }
    while (length > most && head > 0 && is_inside_character(name[head]))
        head--;
    while (is_inside_character(name[tail]))
        tail++;
    append_bytes(text, name, head);
    if (length > most)
        text_append(text, dots);
    append_bytes(text, name + tail, length - tail);
}

void text_append_line(struct text *text, const char *line)
{
    if (text->length > 0)
        text_append_char(text, '\n');
    text_append(text, line);
}

struct conversion {
    char pad;
    bool left_aligned; /* as strings are always */
    unsigned width;
    int precision;  /* -1 for none */
    unsigned longs; /* length modifiers: 0 for int, 1 for long, 2 and more for long long */
};

static void append_repeated(struct text *text, char character, size_t count)
{
    for (; count > 0; count--)
        text_append_char(text, character);
}

static void append_number(struct text *text, uint64_t value, unsigned base,
                          const struct conversion *conversion)
{
    char digits[20]; /* 2^64 - 1 in decimal */
    size_t count = 0, padding;

    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    padding = conversion->width - min_u64(conversion->width, count);
    if (!conversion->left_aligned)
        append_repeated(text, conversion->pad, padding);
    while (count)
        text_append_char(text, digits[--count]);
    if (conversion->left_aligned)
        append_repeated(text, conversion->pad, padding);
}

static void append_string(struct text *text, const char *string,
                          const struct conversion *conversion)
{
    size_t length = conversion->precision >= 0 ? strnlen(string, (size_t)conversion->precision)
                                               : strlen(string);

    append_bytes(text, string, length);
    append_repeated(text, ' ', conversion->width - min_u64(conversion->width, length));
}

/* Parses flags, width, precision and length between % and the conversion's letter. */
static const char *parse_conversion(const char *format, struct conversion *ret, va_list *arguments)
{
    *ret = (struct conversion){.pad = ' ', .precision = -1};
    if (*format == '0') {
        ret->pad = '0';
        format++;
    }
    if (*format == '-') {
        ret->left_aligned = true;
        format++;
    }
    for (; is_digit(*format); format++)
        ret->width = ret->width * 10 + (unsigned)(*format - '0');
    if (format[0] == '.' && format[1] == '*') {
        ret->precision = va_arg(*arguments, int);
        format += 2;
    }
    for (; *format == 'l' || *format == 'z'; format++)
        ret->longs += *format == 'l' ? 1 : sizeof(size_t) / sizeof(long);
    return format;
}

static uint64_t next_number(const struct conversion *conversion, va_list *arguments)
{
    if (conversion->longs >= 2)
        return va_arg(*arguments, unsigned long long);
    if (conversion->longs == 1)
        return va_arg(*arguments, unsigned long);
    return va_arg(*arguments, unsigned);
}

static int64_t next_signed(const struct conversion *conversion, va_list *arguments)
{
    if (conversion->longs >= 2)
        return va_arg(*arguments, long long);
    if (conversion->longs == 1)
        return va_arg(*arguments, long);
    return va_arg(*arguments, int);
}

static void append_signed(struct text *text, int64_t value, const struct conversion *conversion)
{
    if (value < 0)
        text_append_char(text, '-');
    append_number(text, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, conversion);
}

void text_format_list(struct text *text, const char *format, va_list list)
{
    struct conversion conversion;
    va_list arguments;

    va_copy(arguments, list);
    for (; *format; format++) {
        if (*format != '%') {
            text_append_char(text, *format);
            continue;
        }
        format = parse_conversion(format + 1, &conversion, &arguments);
        switch (*format) {
        case 's':
            append_string(text, va_arg(arguments, const char *), &conversion);
            break;
        case 'c':
            text_append_char(text, (char)va_arg(arguments, int));
            break;
        case 'd':
            append_signed(text, next_signed(&conversion, &arguments), &conversion);
            break;
        case 'u':
            append_number(text, next_number(&conversion, &arguments), 10, &conversion);
            break;
        case 'x':
            append_number(text, next_number(&conversion, &arguments), 16, &conversion);
            break;
        default:
            text_append_char(text, '%');
            break;
        }
    }
    va_end(arguments);
}

void text_format(struct text *text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    text_format_list(text, format, arguments);
    va_end(arguments);
}

void text_append_ascii(struct text *text, const char *string)
{
    for (; *string; string++)
        text_append_char(text, *string >= ' ' && *string < 0x7f ? *string : '?');
}

void text_append_clean(struct text *text, const char *string)
{
    while (*string) {
        uint32_t code_point = utf8_next(&string);
        char bytes[4];
        size_t length;

        if (utf_is_control(code_point))
            code_point = UTF_REPLACEMENT_CHARACTER;
        length = utf8_encode(code_point, bytes);
        if (text->length + length >= text->size)
            return; /* never cut inside a character */
        append_bytes(text, bytes, length);
    }
}

const char *text_clean_copy(const char *string, struct arena *arena)
{
    size_t size = 3 * strlen(string) + 1; /* worst case: U+FFFD for each byte */
    struct text text = {arena_alloc(arena, size, 1), size, 0};

    if (text.data)
        text_append_clean(&text, string);
    return text.data;
}

const char *text_join(const char *left, char between, const char *right, struct arena *arena)
{
    size_t size = strlen(left) + 1 + strlen(right) + 1;
    struct text text = {arena_alloc_bulk(arena, size), size, 0};

    if (text.data)
        text_format(&text, "%s%c%s", left, between, right);
    return text.data;
}

void text_append_hex(struct text *text, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        text_format(text, "%02x", bytes[i]);
}

void text_append_size(struct text *text, uint64_t bytes)
{
    if (bytes < 64 * KIB && bytes % KIB != 0) {
        text_format(text, "%llu bytes", (unsigned long long)bytes);
    } else if (bytes < 16 * MIB) {
        text_format(text, "%llu KiB", (unsigned long long)(bytes / KIB));
    } else {
        unsigned tenths = (unsigned)(bytes % MIB * 10 / MIB);

        text_format(text, "%llu.%u MiB", (unsigned long long)(bytes / MIB), tenths);
    }
}

bool is_space(char character)
{
    return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

const char *find_parameter(const char *text, size_t from, const char *prefix)
{
    size_t length = strlen(prefix);

    for (const char *at = text + from; *at; at++) {
        if ((at == text || is_space(at[-1])) && strncmp(at, prefix, length) == 0)
            return at;
    }
    return NULL;
}

const char *skip_spaces(const char *text)
{
    while (is_space(*text))
        text++;
    return text;
}

char to_lower(char character)
{
    return character >= 'A' && character <= 'Z' ? (char)(character - 'A' + 'a') : character;
}

int hex_digit(char character)
{
    char lower = to_lower(character);

    if (is_digit(lower))
        return lower - '0';
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool text_equals_ignoring_case(const char *a, const char *b)
{
    while (*a && to_lower(*a) == to_lower(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

bool text_starts_with_ignoring_case(const char *string, const char *prefix)
{
    for (size_t i = 0; prefix[i]; i++) {
        if (to_lower(string[i]) != to_lower(prefix[i]))
            return false;
    }
    return true;
}

bool text_ends_with_ignoring_case(const char *string, const char *suffix)
{
    size_t length = strlen(string);
    size_t wanted = strlen(suffix);

    return length >= wanted && text_equals_ignoring_case(string + length - wanted, suffix);
}

const char *path_base_name(const char *path)
{
    const char *base = path;

    for (; *path; path++) {
        if (*path == '/' || *path == '\\')
            base = path + 1;
    }
    return base;
}
