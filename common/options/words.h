/* SPDX-License-Identifier: BSD-2-Clause */
/* The words of pvhboot's own command line. */
#pragma once

#include "common/base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* Yields words from a string, or from a list that a shell has split. */
struct word_reader {
    struct arena *arena;
    const char *position; /* in the string; NULL for a list */
    const char *const *words;
    size_t left; /* words in the list */
    bool failed; /* out of memory */
};

/* The end of the word that starts at `text`; white space in double quotes does not end it. */
const char *find_word_end(const char *text);

/* Returns the next word; NULL at the end, or when out of memory, which sets `failed`. */
const char *next_word(struct word_reader *reader);
