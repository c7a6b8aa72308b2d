/* SPDX-License-Identifier: BSD-2-Clause */
/* UTF-8 and UTF-16 (The Unicode Standard, section 3.9): decoding, encoding, converting. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* Replaces malformed sequences. */
#define UTF_REPLACEMENT_CHARACTER 0xfffd

/* Advances past the UTF-8 sequence at *text and returns its code point; U+FFFD if malformed. */
uint32_t utf8_next(const char **text);
/* Writes 1 to 4 bytes, without a NUL, and returns their number. */
size_t utf8_encode(uint32_t code_point, char bytes[4]);

/*
 * Converts up to `count` UTF-16 units, stopping at a NUL, into `buffer` of `size` bytes, which is
 * NUL-terminated; 3 * count + 1 bytes always suffice. Lone surrogates become U+FFFD.
 */
void utf16_to_utf8(const uint16_t *units, size_t count, char *buffer, size_t size);
/* The same as a new string in the arena; NULL when out of memory. */
char *utf16_to_utf8_copy(const uint16_t *units, size_t count, struct arena *arena);

/* Writes 1 or 2 units, without a NUL, and returns their number. */
size_t utf16_encode(uint32_t code_point, uint16_t units[2]);

/*
 * Converts into `units`, which has room for `size` of them with the NUL; text that does not fit is
 * truncated. Returns the number of units before the NUL.
 */
size_t utf8_to_utf16(const char *text, uint16_t *units, size_t size);

/* The same as a new string in the arena; NULL when out of memory. */
uint16_t *utf8_to_utf16_copy(const char *text, struct arena *arena, size_t *ret_count);

/* The number of UTF-16 units that it would convert to. */
size_t utf16_length(const char *text);

/* True for the control characters of ASCII and ISO 8859: C0, DEL and C1. */
static inline bool utf_is_control(uint32_t code_point)
{
    return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
}
