/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LoadOptions of any content, at any address: nothing outside is read, and what is text ends with a
 * NUL.
 * Bounds: SIZE bytes; of text, TEXT bytes.
 *
 * with: tests/proof/proof_memory.c common/base/text.c
 * cbmc: -DSIZE=18 -DTEXT=6 --unwind 22
 * full: -DSIZE=32 -DTEXT=10 --unwind 36
 */
#include "common/options/load_options.c"
#include "tests/proof/nondet.h"

#include <stdlib.h>

void *arena_alloc(struct arena *arena, uint64_t count, size_t size)
{
    (void)arena;
    PROVE(count <= 4 * TEXT, "what is allocated is bounded by what is there");
    return calloc(count, size);
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
    char *copy = malloc(length + 1);

    (void)arena;
    PROVE(length == 0 || __CPROVER_r_ok(text, length), "what is copied can be read");
    if (copy)
        copy[length] = '\0';
    return copy;
}

/* It has a proof of its own. */
char *utf16_to_utf8_copy(const uint16_t *units, size_t count, struct arena *arena)
{
    PROVE(count == 0 || __CPROVER_r_ok(units, count * sizeof(*units)),
          "what is converted can be read");
    return arena_strndup(arena, "", 0);
}

static void prove_unwrap(size_t size)
{
    const uint8_t *data, *bytes;

    ASSUME(size <= SIZE);
    data = bytes = malloc(size);
    ASSUME(data);
    unwrap_load_option(&bytes, &size);
    PROVE(size <= SIZE && __CPROVER_same_object(bytes, data), "options stay inside what is there");
    PROVE(size == 0 || __CPROVER_r_ok(bytes, size), "all of them can be read");
}

static void prove_text(size_t size)
{
    const char *text = NULL;
    struct arena arena = {0};
    uint8_t *bytes;

    ASSUME(size <= TEXT);
    bytes = malloc(size);
    ASSUME(bytes);
    if (read_text(bytes, size, &arena, &text) == LOAD_OPTIONS_TEXT)
        PROVE(text, "what is text is there");
}

static void prove_mark(void)
{
    char text[TEXT + 1];

    __CPROVER_havoc_object(text);
    text[TEXT] = '\0';
    (void)judge(LOAD_OPTIONS_TEXT, text);
}
