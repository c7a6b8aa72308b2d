/* SPDX-License-Identifier: BSD-2-Clause */
/* Text in UTF-8: building it in a bounded buffer, and looking at it. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

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
