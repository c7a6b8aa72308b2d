/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer: text on its way to a screen, in UTF-8 and in UTF-16. */
#include "tests/fuzz/fuzz_text.h"

#define SMALL 40

/* Whatever room there is: complete characters only, and those in order. */
static void require_cut(const char *text, const char *whole)
{
    TEXT_ON_STACK(cut, SMALL);

    text_append_clean(&cut, text);
    require_shown(cut.data);
    require(cut.length < SMALL && strlen(cut.data) == cut.length);
    require(strncmp(whole, cut.data, cut.length) == 0);
}

static void require_clean(const char *text, struct arena *arena)
{
    const char *clean = text_clean_copy(text, arena);

    require(clean);
    require_shown(clean);
    require(strcmp(text_clean_copy(clean, arena), clean) == 0);
    require_cut(text, clean);
}

static void try_utf16(const char *text, struct arena *arena)
{
    size_t length = utf16_length(text);
    uint16_t *units = arena_alloc(arena, length + 1, sizeof(*units));

    require(units && utf8_to_utf16(text, units, length + 1) == length);
    require_clean(utf16_to_utf8_copy(units, length, arena), arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    char *text = copy_string(data, size);
    char *units = copy_bytes(data, size);

    require_clean(text, &arena);
    try_utf16(text, &arena);
    require_clean(utf16_to_utf8_copy((const uint16_t *)(const void *)units, size / 2, &arena),
                  &arena);
    free(units);
    free(text);
    arena_release(&arena);
    return 0;
}
