/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Splits loader.conf and entry files into lines, and lines into a key and a value separated by
 * white space; config_parser.h interprets them. Comments begin with #. A byte order mark, CRLF,
 * tabs and blank lines are accepted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct config_lines {
    const char *next, *end;
    unsigned number; /* of the last line read, counted from 1 */
};

struct config_line {
    /* Point into the text, not terminated. The value is trimmed and unquoted, and may be empty. */
    const char *key, *value;
    size_t key_length, value_length;
    unsigned number;
};

/* Starts at the first of the `length` bytes of `text`, which must outlive all lines. */
struct config_lines config_lines_of(const char *text, size_t length);

/* The next line that is neither blank nor a comment; false at the end. */
bool config_lines_next(struct config_lines *lines, struct config_line *ret_line);

bool config_line_has_key(const struct config_line *line, const char *key);
