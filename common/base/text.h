/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room common/base: what any C program could use, such as bounded text, checked arithmetic, an
 * arena, and errors as values. It must not know about booting or about the firmware; the list of
 * errors (error_list.h), which every room shares, is the only exception.
 */
/* UTF-8 text: building it in a bounded buffer, comparing and classifying it. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* Always NUL-terminated; text that does not fit is truncated. */
struct text {
    char *data;
    size_t size;   /* of `data`, in bytes, with the NUL; at least 1 */
    size_t length; /* without the NUL */
};

static inline struct text text_empty(char *data, size_t size)
{
    *data = '\0';
    return (struct text){data, size, 0};
}

/* Only the first byte is cleared. */
#define TEXT_ON_STACK(name, bytes)                                                                 \
    char name##_buffer[bytes];                                                                     \
    struct text name = text_empty(name##_buffer, sizeof(name##_buffer))

void text_clear(struct text *text);

void text_append_char(struct text *text, char character);
void text_append(struct text *text, const char *string);

/*
 * Appends a name that must not push what follows out of sight: of one that is longer than `most`
 * bytes, the beginning and the end, with "..." in between.
 */
void text_append_short(struct text *text, const char *name, size_t most);
#define NAME_SHOWN 100 /* bytes; some more than paths of the Boot Loader Specification have */

/* Appends a line to a text of lines: a new line stands between them, but not at the end. */
void text_append_line(struct text *text, const char *line);

/*
 * Appends, as printf does. Knows only %s %.*s %c %u %d %x %%, with l, ll, z and a width with or
 * without a leading 0.
 */
__attribute__((format(printf, 2, 3))) void text_format(struct text *text, const char *format, ...);
__attribute__((format(printf, 2, 0))) void text_format_list(struct text *text, const char *format,
                                                            va_list list);

/* Appends a string with everything but printable ASCII replaced by ?, byte by byte. */
void text_append_ascii(struct text *text, const char *string);

/* Appends a string with control characters and malformed UTF-8 replaced by U+FFFD. */
void text_append_clean(struct text *text, const char *string);
/* The same as a new string in the arena; NULL when out of memory. */
const char *text_clean_copy(const char *string, struct arena *arena);

/* Both strings with a character between them, in the arena; NULL when out of memory. */
const char *text_join(const char *left, char between, const char *right, struct arena *arena);

/* Appends bytes as two hexadecimal digits each. */
void text_append_hex(struct text *text, const uint8_t *bytes, size_t size);

/* Appends a human-readable size: "512 bytes", "5120 KiB", "58.2 MiB". */
void text_append_size(struct text *text, uint64_t bytes);

bool is_space(char character);
bool is_digit(char character);
/* The first word of a command line, in text + `from`, that starts with `prefix`; NULL for none. */
const char *find_parameter(const char *text, size_t from, const char *prefix);
/* The first character that is not white space, or the end of the text. */
const char *skip_spaces(const char *text);
char to_lower(char character);
/* The value of a hexadecimal digit; -1 for what is none. */
int hex_digit(char character);
/* Ignores ASCII case only, which is enough for names on FAT. */
bool text_equals_ignoring_case(const char *a, const char *b);
bool text_starts_with_ignoring_case(const char *string, const char *prefix);
bool text_ends_with_ignoring_case(const char *string, const char *suffix);
/* The part of a path after the last \ or /; points into `path`. */
const char *path_base_name(const char *path);
