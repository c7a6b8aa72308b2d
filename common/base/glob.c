/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/base/glob.h"

#include "common/base/text.h"
#include "common/base/utf.h"

#include <stddef.h>
#include <stdint.h>

struct glob {
    const char *pattern, *text; /* the rest to be matched */
    const char *unclosed;       /* no [ from here on is closed; avoids searching for ] again */
};

/* Returns the next character in lower case and advances past it. */
static uint32_t next_character(const char **text)
{
    uint32_t character = utf8_next(text);

    return character < 0x80 ? (uint32_t)to_lower((char)character) : character;
}

/* Returns the next character of a pattern, taken literally; a \ before it is skipped. */
static uint32_t next_literal(const char **pattern)
{
    if ((*pattern)[0] == '\\' && (*pattern)[1])
        ++*pattern;
    return next_character(pattern);
}

/*
 * Looks up a character in a set; `set` points past the [. Returns what follows the ], or NULL when
 * the set is not closed: the [ is a literal then.
 */
static const char *match_set(const char *set, uint32_t character, bool *ret_matched)
{
    bool negated = *set == '!';
    const char *first = set + negated;
    const char *at = first;

    *ret_matched = negated;
    while (*at && (*at != ']' || at == first)) {
        uint32_t low = next_literal(&at);
        uint32_t high = low;

        if (at[0] == '-' && at[1] && at[1] != ']') {
            at++;
            high = next_literal(&at);
        }
        if (low <= character && character <= high)
            *ret_matched = !negated;
    }
    return *at ? at + 1 : NULL;
}

/* Matches one character of the text with the next pattern element, which is not a star. */
static bool match_one(struct glob *glob)
{
    uint32_t character = next_character(&glob->text);
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
    return *glob->pattern && next_literal(&glob->pattern) == character;
}

/*
 * On a mismatch only the last star is retried, with one more character: a longer match of an
 * earlier star cannot help. That keeps the worst case at the product of both lengths.
 */
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
