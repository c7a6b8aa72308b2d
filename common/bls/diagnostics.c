/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/diagnostics.h"

#include "common/base/text.h"

#define DIAGNOSTIC_SIZE 200 /* bytes; longer than a line on most screens */

static bool push(struct diagnostics *diagnostics, struct arena *arena, unsigned line,
                 const char *text, size_t length)
{
    struct diagnostic *diagnostic =
        arena_push(arena, (void **)&diagnostics->items, &diagnostics->capacity, diagnostics->count,
                   sizeof(*diagnostics->items));

    if (!diagnostic)
        return false;
    *diagnostic = (struct diagnostic){line, arena_strndup(arena, text, length)};
    if (!diagnostic->text)
        return false;
    diagnostics->count++;
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
    if (diagnostics->count == DIAGNOSTICS_MAX - 1)
        format = "further problems are not listed";
    va_start(arguments, format);
    text_format_list(&raw, format, arguments);
    va_end(arguments);
    text_append_clean(&clean, raw.data);
    return push(diagnostics, arena, line, clean.data, clean.length);
}
