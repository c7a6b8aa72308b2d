/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes indented JSON (RFC 8259). `key` is the name of an object's member, or NULL for elements of
 * an array.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
    FILE *file;
    unsigned depth;
    bool needs_comma; /* there is a value before at this depth */
};

/* Opens and closes an object or an array; `bracket` is one of { [ } ]. */
void json_begin(struct json *json, const char *key, char bracket);
void json_end(struct json *json, char bracket);

/* Writes UTF-8 text; malformed bytes become U+FFFD, and NULL becomes null. */
void json_string(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, uint64_t number);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);
