/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a text file of the user's says that is not understood: remarks, each with its line. The
 * loader prints them as warnings and goes on; `pvhinfo --esp` lists them.
 */
#pragma once

#include "common/base/arena.h"

#include <stdbool.h>

struct diagnostic {
    unsigned line;    /* from 1 */
    const char *text; /* "unknown key \"titel\"; ignored" */
};

/* A growing list in the arena. It ends with "there is more": a file may be a megabyte of nonsense.
 */
#define DIAGNOSTICS_MAX 50

struct diagnostics {
    struct diagnostic *items;
    size_t count, capacity;
};

/*
 * Takes what text_format() takes; a long text is cut off, and what cannot be shown becomes U+FFFD.
 * False when memory is short.
 */
__attribute__((format(printf, 4, 5))) bool diagnostic_add(struct diagnostics *diagnostics,
                                                          struct arena *arena, unsigned line,
                                                          const char *format, ...);
