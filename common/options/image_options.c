/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/options/image_options.h"

#include "common/base/decimal.h"
#include "common/options/words.h"

#include <string.h>

static bool out_of_memory(struct text *error)
{
    text_append(error, "out of memory while reading the options");
    return false;
}

/* Takes "@N" from the start of *line; without it the profile is 0. */
static bool take_profile(const char **line, unsigned *ret_profile, struct text *error)
{
    uint32_t number = 0;

    *ret_profile = 0;
    if (**line != '@')
        return true;
    ++*line;
    if (!decimal_parse(line, UINT32_MAX, &number) || (**line && !is_space(**line))) {
        text_append(error, "@ needs the number of a profile, as in @1");
        return false;
    }
    *ret_profile = number;
    return true;
}

/* Reads our options; *ret_rest is what follows them. */
static bool take_flags(const char *line, struct arena *arena, struct options *options,
                       const char **ret_rest, struct text *error)
{
    struct word_reader reader = {.arena = arena, .position = line};
    const char *word;

    *ret_rest = line;
    while ((word = next_word(&reader))) {
        const char *naming = options_find_naming(word);

        if (naming) {
            text_format(error, "this image contains its kernel and its files: %s cannot be used",
                        naming);
            return false;
        }
        if (strcmp(word, "--") == 0) {
            *ret_rest = reader.position;
            return true;
        }
        if (!options_take_flag(options, word))
            return true;
        *ret_rest = reader.position;
    }
    return !reader.failed || out_of_memory(error);
}

bool image_options_parse(const char *line, struct arena *arena, unsigned *ret_profile,
                         struct options *ret_options, struct text *error)
{
    const char *rest;

    *ret_options = (struct options){.request = {.command_line = NULL}};
    line = skip_spaces(line);
    if (!take_profile(&line, ret_profile, error) ||
        !take_flags(line, arena, ret_options, &rest, error))
        return false;
    rest = options_strip_line_end(arena, skip_spaces(rest));
    if (!rest)
        return out_of_memory(error);
    ret_options->request.command_line = *rest ? rest : NULL;
    return true;
}
