/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Diagnostics about the user's text files: each names a line that was not understood. None is an
 * error. The loader prints them as warnings and goes on; `pvhinfo --esp` lists them.
 */
#pragma once

#include "common/base/arena.h"

#include <stdbool.h>

struct diagnostic {
    unsigned line;    /* from 1 */
    const char *text; /* "unknown key \"titel\"; ignored" */
};

/* The last one says that there are more: a file may be a megabyte of nonsense. */
#define DIAGNOSTICS_MAX 50

/* A growing list in the arena. */
struct diagnostics {
    struct diagnostic *items;
    size_t count, capacity;
};

/*
 * Adds a text in the format of text_format(). A long one is cut off, and what cannot be shown
 * becomes U+FFFD. Beyond DIAGNOSTICS_MAX nothing is added. False when memory is short.
 */
__attribute__((format(printf, 4, 5))) bool diagnostic_add(struct diagnostics *diagnostics,
                                                          struct arena *arena, unsigned line,
                                                          const char *format, ...);
