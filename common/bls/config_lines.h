/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lines of loader.conf and of entry files: a key, white space, a value. Comments begin with #;
 * a UTF-8 mark, CRLF, tabs and blank lines are taken as they come.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct config_lines {
    const char *next, *end;
    unsigned number; /* of the last line that was read; from 1 */
};

struct config_line {
    /* In the file, not terminated. The value is trimmed, without quotes around it, maybe empty. */
    const char *key, *value;
    size_t key_length, value_length;
    unsigned number;
};

/* Begins with the first of `length` bytes. They must stay as long as the lines are used. */
struct config_lines config_lines_of(const char *text, size_t length);

/* The next line that says something; false at the end. */
bool config_lines_next(struct config_lines *lines, struct config_line *ret_line);

bool config_line_has_key(const struct config_line *line, const char *key);
