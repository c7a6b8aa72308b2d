/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parser shared by loader.conf and entry files: lines with a key and a value (config_lines.h),
 * and a table of the known keys with a function for each. To add a key, add a row to the table and
 * the member that it sets.
 *
 * Nothing in a file is an error. Lines with an unknown or repeated key, with a bad value or without
 * any get a diagnostic, and so does a file in UTF-16, which is read all the same: a setting in it
 * such as `editor no` must not be lost.
 */
#pragma once

#include "common/bls/diagnostics.h"

#include <stdbool.h>

enum config_result {
    CONFIG_TAKEN,
    CONFIG_BAD_VALUE, /* the line is ignored, with a diagnostic */
    CONFIG_NO_MEMORY,
};

struct config_parser;

struct config_key {
    const char *name; /* a * at its end matches any rest */
    /* Takes a value that is not empty. NULL for other loaders' keys, which are silently ignored. */
    enum config_result (*take)(struct config_parser *parser, const struct config_key *key,
                               const char *value);
    size_t offset;        /* of the member that `take` sets, in the parser's target */
    const char *expected; /* names the valid values, for diagnostics: "yes or no" */
    bool repeats;         /* may occur more than once; otherwise the last line wins */
};

#define CONFIG_KEYS_MAX 32

struct config_parser {
    const struct config_key *keys;
    size_t key_count; /* at most CONFIG_KEYS_MAX */
    void *target;     /* the structure that the keys set members of */
    struct arena *arena;
    struct diagnostics *diagnostics;
    unsigned line;                   /* the current one, counted from 1 */
    unsigned lines[CONFIG_KEYS_MAX]; /* the last line with each key; 0 for none */
};

/* Parses all lines. Values are copied into the arena. False when out of memory. */
bool config_parse(struct config_parser *parser, const char *text, size_t length);

/* For `take`: stores the value unchanged in a member of type const char *. */
enum config_result config_take_string(struct config_parser *parser, const struct config_key *key,
                                      const char *value);

/* For `take`: stores yes or no, in any word that systemd accepts, in a member of type bool. */
enum config_result config_take_boolean(struct config_parser *parser, const struct config_key *key,
                                       const char *value);
#define CONFIG_BOOLEAN "yes or no" /* the expected value, for the key's table row */

/* Sets the members of all keys that use config_take_string() to "". */
void config_clear_strings(const struct config_key *keys, size_t count, void *target);
