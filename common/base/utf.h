/* SPDX-License-Identifier: BSD-2-Clause */
/* UTF-8 and UTF-16 (The Unicode Standard, section 3.9): reading, writing, converting. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* What stands for anything malformed. */
#define UTF_REPLACEMENT_CHARACTER 0xfffd

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

/* True for the control characters of ASCII and ISO 8859: C0, DEL and C1. */
static inline bool utf_is_control(uint32_t code_point)
{
    return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
}
