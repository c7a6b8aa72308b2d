/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Splits loader.conf and entry files into lines, and these into a key, white space and a value;
 * what they mean is config_parser.h's. Comments begin with #; a byte order mark, CRLF, tabs and
 * blank lines are taken as they come.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct config_lines {
    const char *next, *end;
    unsigned number; /* of the last line that was read; from 1 */
};

struct config_line {
    /* In the text, not terminated. The value is trimmed, without quotes around it, maybe empty. */
    const char *key, *value;
    size_t key_length, value_length;
    unsigned number;
};

/* Begins with the first of `length` bytes. They must stay as long as the lines are used. */
struct config_lines config_lines_of(const char *text, size_t length);

/* The next line that is neither blank nor a comment; false at the end. */
bool config_lines_next(struct config_lines *lines, struct config_line *ret_line);

bool config_line_has_key(const struct config_line *line, const char *key);
