/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/trust/lockdown.h"

#include "common/base/text.h"

#include <string.h>

#define LOCKDOWN "lockdown=integrity"
#define SEEN     "lockdown="

/* Linux's isspace(): its table of characters is that of Latin-1, with the no-break space. */
static bool is_linux_space(char character)
{
    return character == ' ' || (character >= '\t' && character <= '\r') ||
           (uint8_t)character == 0xa0;
}

static const char *skip_linux_spaces(const char *at)
{
    while (is_linux_space(*at))
        at++;
    return at;
}

/* A word of the command line as Linux's next_arg() reads it. */
struct word {
    const char *start, *end; /* without quotation marks around all of it */
    const char *next;        /* behind it */
};

static struct word next_word(const char *at)
{
    bool is_quoted = *at == '"', in_quotes = is_quoted;
    struct word word = {.start = at + is_quoted};

    for (at = word.start; *at && (in_quotes || !is_linux_space(*at)); at++)
        in_quotes ^= *at == '"';
    word.next = at;
    word.end = is_quoted && at > word.start && at[-1] == '"' ? at - 1 : at;
    return word;
}

/* Whether one of the words up to the end, or up to "--", sets the level. */
static bool has_lockdown(const char *command_line, const char *end)
{
    const char *at = skip_linux_spaces(command_line);

    while (*at && at < end) {
        struct word word = next_word(at);

        if (strncmp(word.start, SEEN, strlen(SEEN)) == 0)
            return word.next <= end;
        if (word.end - word.start == 2 && strncmp(word.start, "--", 2) == 0)
            return false;
        at = skip_linux_spaces(word.next);
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
