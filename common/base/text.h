/* SPDX-License-Identifier: BSD-2-Clause */
/* Text in UTF-8: building it in a bounded buffer, looking at it, converting from and to UTF-16. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Always NUL-terminated; what does not fit is cut off. size >= 1. */
struct text {
    char *data;
    size_t size;
    size_t length;
};

#define TEXT_ON_STACK(name, bytes)                                                                 \
    char name##_buffer[bytes] = "";                                                                \
    struct text name = {name##_buffer, sizeof(name##_buffer), 0}

/* Makes it empty. */
void text_clear(struct text *text);

void text_append_char(struct text *text, char character);
void text_append(struct text *text, const char *string);

/*
 * printf's %s %.*s %c %u %d %x %% with l, ll, z and a width with or without 0; nothing else.
 */
__attribute__((format(printf, 2, 3))) void text_format(struct text *text, const char *format, ...);
__attribute__((format(printf, 2, 0))) void text_format_list(struct text *text, const char *format,
                                                            va_list list);

/* Appends what can be shown: control characters and malformed UTF-8 become U+FFFD. */
void text_append_clean(struct text *text, const char *string);
/* The same as a new string in the arena; NULL when memory is short. */
struct arena;
const char *text_clean_copy(const char *string, struct arena *arena);

/* A size for people: "512 bytes", "5120 KiB", "58.2 MiB". */
void text_append_size(struct text *text, uint64_t bytes);

bool is_space(char character);
bool is_digit(char character);
char to_lower(char character);
/* ASCII case is ignored, as FAT does. */
bool text_equals_ignoring_case(const char *a, const char *b);
bool text_ends_with_ignoring_case(const char *string, const char *suffix);
/* What follows the last \ or / of a path. */
const char *path_base_name(const char *path);

/* Skips one UTF-8 sequence at *text and returns its code point; U+FFFD for a malformed one. */
uint32_t utf8_next(const char **text);
/* Writes 1 to 4 bytes and returns how many. */
size_t utf8_encode(uint32_t code_point, char bytes[4]);

/*
 * Converts `count` units of UTF-16, up to the first NUL, into `buffer` of `size` bytes, with a NUL;
 * 3 bytes a unit and one more always suffice. Lone surrogates become U+FFFD.
 */
void utf16_to_utf8(const uint16_t *units, size_t count, char *buffer, size_t size);
/* The same as a new string in the arena; NULL when memory is short. */
char *utf16_to_utf8_copy(const uint16_t *units, size_t count, struct arena *arena);

/* Converts into `units`, cutting off what does not fit, with a NUL. Returns the units before it. */
size_t utf8_to_utf16(const char *text, uint16_t *units, size_t size);
