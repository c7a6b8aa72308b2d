/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Diagnostics about lines of loader.conf and entry files that were not understood. They are not
 * errors: the loader prints them as warnings and continues; `pvhinfo --esp` lists them.
 */
#pragma once

#include "common/base/arena.h"

#include <stdbool.h>

struct diagnostic {
    unsigned line;    /* counted from 1 */
    const char *text; /* "unknown key \"titel\"; ignored" */
};

/* A limit, since a file may be a megabyte of garbage. The last one says that there are more. */
#define DIAGNOSTICS_MAX 50

/* A growing list in the arena, in the order of the lines. */
struct diagnostics {
    struct diagnostic *items;
    size_t count, capacity;
};

/*
 * Adds a diagnostic, formatted as by text_format(). Long ones are truncated, and unprintable
 * characters become U+FFFD. Beyond DIAGNOSTICS_MAX it does nothing. False when out of memory.
 */
__attribute__((format(printf, 4, 5))) bool diagnostic_add(struct diagnostics *diagnostics,
                                                          struct arena *arena, unsigned line,
                                                          const char *format, ...);
