/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What loader.conf and entry files have in common: lines of a key and a value (config_lines.h), and
 * a table that says which keys there are and what becomes of their values. A new key is a row of
 * such a table and the member that it sets.
 *
 * Nothing in a file is an error. A line without a value, with a bad one, with a key that is not in
 * the table or that was there before, gets a diagnostic.
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
    const char *name; /* with * at its end: all keys that begin so */
    /* Takes a value that is not empty. NULL: the key is another loader's, ignored in silence. */
    enum config_result (*take)(struct config_parser *parser, const struct config_key *key,
                               const char *value);
    size_t offset;        /* of the member that it sets, in the parser's target */
    const char *expected; /* what a bad value is not: "yes or no" */
    bool repeats;         /* every line counts; else the last one */
};

#define CONFIG_KEYS_MAX 32

struct config_parser {
    const struct config_key *keys;
    size_t key_count; /* CONFIG_KEYS_MAX at most */
    void *target;     /* the structure that the keys' members are in */
    struct arena *arena;
    struct diagnostics *diagnostics;
    unsigned lines[CONFIG_KEYS_MAX]; /* where each key was; 0 for nowhere */
};

/* Takes all lines. The values are copied into the arena. False when memory is short. */
bool config_parse(struct config_parser *parser, const char *text, size_t length);

/* Takes a value as it is: for members of the type const char *. */
enum config_result config_take_string(struct config_parser *parser, const struct config_key *key,
                                      const char *value);

/* Takes yes or no, in all the words that systemd has for them: for members of the type bool. */
enum config_result config_take_boolean(struct config_parser *parser, const struct config_key *key,
                                       const char *value);
#define CONFIG_BOOLEAN "yes or no" /* what is expected then */

/* Sets all members that config_take_string() is for to "". */
void config_clear_strings(const struct config_key *keys, size_t count, void *target);
