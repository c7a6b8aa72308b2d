/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/diagnostics.h"

#include "common/base/overflow.h"
#include "common/base/text.h"

#define DIAGNOSTIC_SIZE 200 /* bytes; longer than a line on most screens */

/* What is only known at the end of a file may be about an earlier line. */
static void put_in_order(struct diagnostics *diagnostics, struct diagnostic new)
{
    size_t place = diagnostics->count++;

    for (; place > 0 && diagnostics->items[place - 1].line > new.line; place--)
        diagnostics->items[place] = diagnostics->items[place - 1];
    diagnostics->items[place] = new;
}

static bool push(struct diagnostics *diagnostics, struct arena *arena, unsigned line,
                 const char *text, size_t length)
{
    struct diagnostic new = {line, arena_strndup(arena, text, length)};

    if (!new.text || !arena_push(arena, (void **)&diagnostics->items, &diagnostics->capacity,
                                 diagnostics->count, sizeof(*diagnostics->items)))
        return false;
    put_in_order(diagnostics, new);
    return true;
}

bool diagnostic_add(struct diagnostics *diagnostics, struct arena *arena, unsigned line,
                    const char *format, ...)
{
    TEXT_ON_STACK(raw, DIAGNOSTIC_SIZE);
    TEXT_ON_STACK(clean, 3 * DIAGNOSTIC_SIZE); /* worst case: U+FFFD for each byte */
    va_list arguments;

    if (diagnostics->count >= DIAGNOSTICS_MAX)
        return true;
    if (diagnostics->count == DIAGNOSTICS_MAX - 1) {
        format = "further problems are not listed";
        line = (unsigned)max_u64(line, diagnostics->items[diagnostics->count - 1].line);
    }
    va_start(arguments, format);
    text_format_list(&raw, format, arguments);
    va_end(arguments);
    text_append_clean(&clean, raw.data);
    return push(diagnostics, arena, line, clean.data, clean.length);
}
