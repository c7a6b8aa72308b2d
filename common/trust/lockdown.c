/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/trust/lockdown.h"

#include "common/base/text.h"

#include <string.h>

#define LOCKDOWN "lockdown=integrity"
#define SEEN     "lockdown="

/* The end of a word: a space outside of quotation marks, as in Linux's next_arg(). */
static const char *skip_word(const char *at)
{
    bool quoted = false;

    for (; *at && (quoted || !is_space(*at)); at++)
        quoted ^= *at == '"';
    return at;
}

/* Whether one of the words up to the end, or up to "--", sets the level. */
static bool has_lockdown(const char *command_line, const char *end)
{
    const char *word = skip_spaces(command_line);

    while (*word && word < end) {
        const char *next = skip_word(word);

        if (strncmp(word, SEEN, strlen(SEEN)) == 0)
            return next <= end;
        if (next - word == 2 && strncmp(word, "--", 2) == 0)
            return false;
        word = skip_spaces(next);
    }
    return false;
}

bool lockdown_add(const char *command_line, bool is_signed, size_t limit, struct arena *arena,
                  const char **ret, struct error *error)
{
    size_t length = strlen(command_line);
    size_t size = sizeof(LOCKDOWN " ") + length;
    struct text text;

    *ret = command_line;
    if (is_signed && has_lockdown(command_line, command_line + (length < limit ? length : limit)))
        return true;
    if (size - 1 > limit)
        return error_set(error, ERROR_LOCKDOWN_TOO_LONG, length, limit);
    text = (struct text){arena_alloc(arena, size, 1), size, 0};
    if (!text.data)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    text_format(&text, "%s%s%s", LOCKDOWN, length > 0 ? " " : "", command_line);
    *ret = text.data;
    return true;
}
