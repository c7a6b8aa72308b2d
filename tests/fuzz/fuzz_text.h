/* SPDX-License-Identifier: BSD-2-Clause */
/* What the fuzzers of text files share. They have the tests' arena: each piece of its exact size.
 */
#pragma once

#include "common/base/text.h"
#include "common/base/utf.h"
#include "common/bls/diagnostics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Says which one does not hold: where functions are inlined, no stack does. */
#define require(condition) require_at((condition), #condition, __FILE__, __LINE__)

static inline void require_at(bool condition, const char *words, const char *file, int line)
{
    if (condition)
        return;
    (void)fprintf(stderr, "%s:%d: not so: %s\n", file, line, words);
    abort();
}

/* Bytes in memory of their exact size. */
static inline char *copy_bytes(const uint8_t *data, size_t size)
{
    char *copy = malloc(size ? size : 1);

    require(copy);
    return memcpy(copy, data, size);
}

/* The same as a string, up to its first NUL. */
static inline char *copy_string(const uint8_t *data, size_t size)
{
    size_t length = strnlen((const char *)data, size);
    char *copy = malloc(length + 1);

    require(copy);
    memcpy(copy, data, length);
    copy[length] = '\0';
    return copy;
}

static inline void require_shown(const char *text)
{
    while (*text) {
        const char *start = text;
        uint32_t code_point = utf8_next(&text);
        char bytes[4];

        require(code_point >= 0x20 && (code_point < 0x7f || code_point >= 0xa0));
        require(utf8_encode(code_point, bytes) == (size_t)(text - start));
        require(memcmp(bytes, start, (size_t)(text - start)) == 0);
    }
}

/* Each on a line that there is, in order, fit to be shown, and not without end. */
static inline void require_diagnostics(const struct diagnostics *diagnostics, const char *text,
                                       size_t size)
{
    unsigned lines = 1;
    unsigned last = 1;

    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n' || text[i] == '\r';
    require(diagnostics->count <= DIAGNOSTICS_MAX);
    for (size_t i = 0; i < diagnostics->count; i++) {
        require(diagnostics->items[i].line >= last && diagnostics->items[i].line <= lines);
        last = diagnostics->items[i].line;
        require(*diagnostics->items[i].text);
        require_shown(diagnostics->items[i].text);
    }
}
