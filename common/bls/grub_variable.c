/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/grub_variable.h"

#include "common/base/text.h"

#include <string.h>

static bool is_name_start(char character)
{
    char lower = to_lower(character);

    return (lower >= 'a' && lower <= 'z') || lower == '_';
}

/* The length of a variable: a $ and a name, in braces or not; 0 for anything else. */
static size_t measure(const char *text)
{
    size_t brace = *text == '$' && text[1] == '{';
    size_t length = 1 + brace;

    if (*text != '$' || !is_name_start(text[length]))
        return 0;
    while (is_name_start(text[length]) || is_digit(text[length]))
        length++;
    return length + (brace && text[length] == '}');
}

const char *find_grub_variable(const char *text, size_t *ret_length)
{
    for (const char *at = text; *at; at++) {
        /* Not within a word, where $ is more likely one of a password's hash. */
        if (at > text && !is_space(at[-1]) && !strchr("=,:\"", at[-1]))
            continue;
        *ret_length = measure(at);
        if (*ret_length > 0)
            return at;
    }
    return NULL;
}
