/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/options/words.h"

#include "common/base/text.h"

const char *find_word_end(const char *text)
{
    bool quoted = false;

    for (; *text && (quoted || !is_space(*text)); text++) {
        if (*text == '"')
            quoted = !quoted;
    }
    return text;
}

/* Copies [start, end) without the quotes. */
static char *copy_word(struct arena *arena, const char *start, const char *end)
{
    char *word = arena_strndup(arena, start, (size_t)(end - start));
    size_t length = 0;

    if (!word)
        return NULL;
    for (const char *from = start; from < end; from++) {
        if (*from != '"')
            word[length++] = *from;
    }
    word[length] = '\0';
    return word;
}

const char *next_word(struct word_reader *reader)
{
    const char *start, *end;
    char *word;

    if (!reader->position) {
        if (reader->left == 0)
            return NULL;
        reader->left--;
        return *reader->words++;
    }
    start = skip_spaces(reader->position);
    if (!*start)
        return NULL;
    end = find_word_end(start);
    reader->position = end;
    word = copy_word(reader->arena, start, end);
    reader->failed |= !word;
    return word;
}
