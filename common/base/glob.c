/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/base/glob.h"

#include "common/base/text.h"
#include "common/base/utf.h"

#include <stddef.h>
#include <stdint.h>

struct glob {
    const char *pattern, *text; /* what is still to be matched */
    const char *unclosed;       /* from here on no [ has its ]; so it is looked for once */
};

/* The next character, in lower case. */
static uint32_t take(const char **text)
{
    uint32_t character = utf8_next(text);

    return character < 0x80 ? (uint32_t)to_lower((char)character) : character;
}

/* The next character of a pattern; a \ before it takes its meaning away. */
static uint32_t take_literal(const char **pattern)
{
    if ((*pattern)[0] == '\\' && (*pattern)[1])
        ++*pattern;
    return take(pattern);
}

/*
 * Looks for a character in the set at `set`, behind its [. Returns what follows its ]; NULL when
 * there is none: then the [ stands for itself.
 */
static const char *match_set(const char *set, uint32_t character, bool *ret_matched)
{
    bool negated = *set == '!';
    const char *first = set + negated;
    const char *at = first;

    *ret_matched = negated;
    while (*at && (*at != ']' || at == first)) {
        uint32_t low = take_literal(&at);
        uint32_t high = low;

        if (at[0] == '-' && at[1] && at[1] != ']') {
            at++;
            high = take_literal(&at);
        }
        if (low <= character && character <= high)
            *ret_matched = !negated;
    }
    return *at ? at + 1 : NULL;
}

/* Matches a character of the text with what stands in the pattern, which is no star. */
static bool match_one(struct glob *glob)
{
    uint32_t character = take(&glob->text);
    const char *set_end;
    bool matched;

    if (*glob->pattern == '?') {
        glob->pattern++;
        return true;
    }
    if (*glob->pattern == '[' && (!glob->unclosed || glob->pattern < glob->unclosed)) {
        set_end = match_set(glob->pattern + 1, character, &matched);
        if (set_end) {
            glob->pattern = set_end;
            return matched;
        }
        glob->unclosed = glob->pattern;
    }
    return *glob->pattern && take_literal(&glob->pattern) == character;
}

/* The last star alone is tried again, with one more character: what it follows stays matched. */
bool glob_match(const char *pattern, const char *text)
{
    struct glob glob = {pattern, text, NULL};
    const char *star = NULL;
    const char *retry = NULL;

    while (*glob.text) {
        if (*glob.pattern == '*') {
            star = ++glob.pattern;
            retry = glob.text;
        } else if (!match_one(&glob)) {
            if (!star)
                return false;
            (void)utf8_next(&retry);
            glob.pattern = star;
            glob.text = retry;
        }
    }
    while (*glob.pattern == '*')
        glob.pattern++;
    return !*glob.pattern;
}
