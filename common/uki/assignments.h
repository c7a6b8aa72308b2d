/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of the form KEY=value, as os-release(5) describes them: with the quotes and the
 * backslashes of the shell, and nothing else of it. Comments begin with #.
 */
#pragma once

#include "common/base/arena.h"

#include <stdbool.h>

struct assignments {
    const char *next, *end;
};

struct assignment {
    const char *key, *value; /* in the text, not terminated; the value is still quoted */
    size_t key_length, value_length;
};

/* Starts at the first of up to `length` bytes, which must outlive all assignments. A NUL ends. */
struct assignments assignments_of(const char *text, size_t length);

/* The next line that is one; others are skipped. False at the end. */
bool assignments_next(struct assignments *assignments, struct assignment *ret_assignment);

bool assignment_has_key(const struct assignment *assignment, const char *key);

/* The value without its quotes, in the arena; NULL when out of memory. */
const char *assignment_value(const struct assignment *assignment, struct arena *arena);
