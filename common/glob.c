/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/glob.h"

#include "common/text.h"

#include <stddef.h>
#include <stdint.h>

/* The next character, in lower case. */
static uint32_t take(const char **text)
{
    uint32_t character = utf8_next(text);

    return character < 0x80 ? (uint32_t)to_lower((char)character) : character;
}

/* Reads one character of a pattern, which \ takes literally. */
static uint32_t take_literal(const char **pattern)
{
    if (**pattern == '\\' && (*pattern)[1])
        ++*pattern;
    return take(pattern);
}

/*
 * Looks for `character` in the set behind a [. Moves *pattern behind the ]; leaves it when there is
 * none, as the [ stands for itself then.
 */
static bool match_set(const char **pattern, uint32_t character, bool *ret_is_set)
{
    const char *at = *pattern;
    bool negated = *at == '!' || *at == '^';
    bool matched = false;

    at += negated;
    for (const char *first = at; *at && (*at != ']' || at == first);) {
        uint32_t low = take_literal(&at);
        uint32_t high = low;

        if (at[0] == '-' && at[1] && at[1] != ']') {
            at++;
            high = take_literal(&at);
        }
        matched |= low <= character && character <= high;
    }
    *ret_is_set = *at == ']';
    if (*ret_is_set)
        *pattern = at + 1;
    return matched != negated;
}

/* Matches one character of the text with what stands at *pattern, which is no star. */
static bool match_one(const char **pattern, const char **text)
{
    uint32_t character = take(text);
    bool is_set, matched;

    switch (**pattern) {
    case '\0':
        return false;
    case '?':
        ++*pattern;
        return true;
    case '[':
        ++*pattern;
        matched = match_set(pattern, character, &is_set);
        return is_set ? matched : character == '[';
    default:
        return take_literal(pattern) == character;
    }
}

/* The last star alone is tried again with one character more: what was before it stays matched. */
bool glob_match(const char *pattern, const char *text)
{
    const char *star = NULL;
    const char *retry = NULL;

    while (*text) {
        if (*pattern == '*') {
            star = ++pattern;
            retry = text;
        } else if (!match_one(&pattern, &text)) {
            if (!star)
                return false;
            (void)utf8_next(&retry);
            pattern = star;
            text = retry;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}
