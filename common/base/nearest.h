/* SPDX-License-Identifier: BSD-2-Clause */
/* Which word was meant by one that is misspelt. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct nearest {
    const char *word; /* the nearest so far; NULL for none */
    size_t distance;
};

/*
 * Considers `candidate` for the word of `length` bytes. Near are words with a few wrong, missing,
 * additional or exchanged letters, at most one of three; ASCII case does not count.
 */
void nearest_consider(struct nearest *nearest, const char *word, size_t length,
                      const char *candidate);
