/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes JSON (RFC 8259), indented. A member has a key, an element of an array has none (NULL). */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
    FILE *file;
    unsigned depth;
    bool follows; /* something stands before, at this depth */
};

void json_begin(struct json *json, const char *key, char bracket);
void json_end(struct json *json, char bracket);

/* The text is UTF-8; what is none becomes U+FFFD. NULL is null. */
void json_string(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, uint64_t number);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);
