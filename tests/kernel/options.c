/* SPDX-License-Identifier: BSD-2-Clause */
#include "handover.h"

/* The rest of word after prefix, or NULL if it does not start with that. */
static const char *after_prefix(const char *word, const char *prefix)
{
    while (*prefix)
        if (*word++ != *prefix++)
            return NULL;
    return word;
}

static bool is_end_of_word(char character)
{
    return character == '\0' || character == ' ';
}

static bool is_word(const char *word, const char *wanted)
{
    const char *rest = after_prefix(word, wanted);
    return rest && is_end_of_word(*rest);
}

static bool has_number(const char *word, const char *prefix, uint32_t *number)
{
    const char *digit = after_prefix(word, prefix);
    if (!digit || is_end_of_word(*digit))
        return false;
    for (*number = 0; *digit >= '0' && *digit <= '9'; digit++)
        *number = *number * 10 + (uint32_t)(*digit - '0');
    return is_end_of_word(*digit);
}

static void read_word(struct options *options, const char *word)
{
    if (is_word(word, "pvhtest.quiet"))
        options->quiet = true;
    else if (is_word(word, "pvhtest.halt"))
        options->halt = true;
    else if (is_word(word, "pvhtest.draw"))
        options->draw = true;
    else if (is_word(word, "pvhtest.tpm"))
        options->tpm = true;
    else if (has_number(word, "pvhtest.modules=", &options->modules))
        options->expects_modules = true;
    else if (has_number(word, "pvhtest.reloc=", &options->relocation))
        options->expects_relocation = true;
}

void options_read(struct options *options, const char *cmdline)
{
    while (*cmdline) {
        read_word(options, cmdline);
        while (!is_end_of_word(*cmdline))
            cmdline++;
        while (*cmdline == ' ')
            cmdline++;
    }
}
