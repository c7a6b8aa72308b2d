/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UTF-8 and UTF-16: any character survives the way there and back, and any bytes are read without
 * going past their NUL.
 * Bounds: none for a character; texts of UNITS units.
 *
 * cbmc: -DUNITS=4 --unwind 15
 */
#include "common/base/utf.c"
#include "tests/proof/nondet.h"

static bool is_character(uint32_t code_point)
{
    return code_point <= 0x10ffff && (code_point < 0xd800 || code_point >= 0xe000);
}

static void prove_round_trip(uint32_t code_point)
{
    char bytes[5] = {0};
    const char *text = bytes;
    size_t length;

    ASSUME(is_character(code_point) && code_point > 0);
    length = utf8_encode(code_point, bytes);
    PROVE(length >= 1 && length <= 4 && bytes[length] == '\0', "a character has up to four bytes");
    PROVE(utf8_next(&text) == code_point, "it is read as it was written");
    PROVE(text == bytes + length, "all of it is read");
}

static void prove_round_trip_16(uint32_t code_point)
{
    uint16_t units[2] = {0, 0};
    size_t index = 0, count;

    ASSUME(is_character(code_point));
    count = utf16_encode(code_point, units);
    PROVE(utf16_next(units, count, &index) == code_point && index == count - 1, "so with UTF-16");
}

/* Whatever the bytes are, the next character begins behind this one and not behind the NUL. */
static void prove_next(void)
{
    char bytes[5];
    const char *text = bytes;
    uint32_t code_point;

    __CPROVER_havoc_object(bytes);
    bytes[4] = '\0';
    ASSUME(bytes[0] != '\0');
    code_point = utf8_next(&text);
    PROVE(text > bytes && text <= bytes + 4, "reading goes on, and stays inside");
    PROVE(is_character(code_point), "what is read is a character");
    for (const char *at = bytes; at < bytes + 4; at++)
        PROVE(at >= text || *at, "no NUL is passed");
}

static void prove_to_utf8(size_t count, size_t size)
{
    uint16_t units[UNITS];
    char buffer[3 * UNITS + 1];

    __CPROVER_havoc_object(units);
    ASSUME(count <= UNITS && size > 0 && size <= sizeof(buffer));
    utf16_to_utf8(units, count, buffer + (sizeof(buffer) - size), size);
    for (size_t i = sizeof(buffer) - size; i < sizeof(buffer); i++) {
        if (buffer[i] == '\0')
            return;
    }
    PROVE(false, "the text ends with a NUL");
}

static void prove_to_utf16(size_t size)
{
    char text[UNITS + 1];
    uint16_t units[UNITS + 1];
    size_t count;

    __CPROVER_havoc_object(text);
    text[UNITS] = '\0';
    ASSUME(size > 0 && size <= UNITS + 1);
    count = utf8_to_utf16(text, units + (UNITS + 1 - size), size);
    PROVE(count < size && units[UNITS + 1 - size + count] == 0, "the text ends with a NUL");
    PROVE(size < UNITS + 1 || count == utf16_length(text),
          "its length is what utf16_length() says");
}
