/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/config_parser.h"

#include "common/base/nearest.h"
#include "common/base/overflow.h"
#include "common/base/units.h"
#include "common/bls/config_encoding.h"
#include "common/bls/config_lines.h"

#include <string.h>

/* At most this many bytes of a word are quoted in a diagnostic. */
#define QUOTED_MAX 60

#define diagnostic(parser, line, ...)                                                              \
    diagnostic_add((parser)->diagnostics, (parser)->arena, (line)->number, __VA_ARGS__)

static int quoted_length(size_t length)
{
    return (int)min_u64(length, QUOTED_MAX);
}

static bool is_key(const struct config_line *line, const char *name)
{
    size_t stem = strlen(name) - 1;

    if (name[stem] == '*')
        return line->key_length >= stem && memcmp(line->key, name, stem) == 0;
    return config_line_has_key(line, name);
}

static const struct config_key *find_key(const struct config_parser *parser,
                                         const struct config_line *line)
{
    for (size_t i = 0; i < parser->key_count; i++) {
        if (is_key(line, parser->keys[i].name))
            return &parser->keys[i];
    }
    return NULL;
}

static bool check_repetition(struct config_parser *parser, const struct config_key *key,
                             const struct config_line *line)
{
    unsigned *last_line = &parser->lines[key - parser->keys];
    unsigned previous = *last_line;

    *last_line = line->number;
    return previous == 0 || key->repeats ||
           diagnostic(parser, line, "%s was already set on line %u; this line overrides it",
                      key->name, previous);
}

static bool take_value(struct config_parser *parser, const struct config_key *key,
                       const struct config_line *line)
{
    const char *value = arena_strndup(parser->arena, line->value, line->value_length);

    switch (value ? key->take(parser, key, value) : CONFIG_NO_MEMORY) {
    case CONFIG_TAKEN:
        return check_repetition(parser, key, line);
    case CONFIG_BAD_VALUE:
        return diagnostic(parser, line, "%s \"%.*s\": not %s; ignored", key->name,
                          quoted_length(line->value_length), value, key->expected);
    default:
        return false;
    }
}

/* Says which key may have been meant; other loaders' keys would not help. */
static bool report_unknown_key(struct config_parser *parser, const struct config_line *line)
{
    struct nearest nearest = {.word = NULL};
    int length = quoted_length(line->key_length);

    for (size_t i = 0; i < parser->key_count; i++) {
        if (parser->keys[i].take)
            nearest_consider(&nearest, line->key, line->key_length, parser->keys[i].name);
    }
    if (!nearest.word)
        return diagnostic(parser, line, "unknown key \"%.*s\"; ignored", length, line->key);
    return diagnostic(parser, line, "unknown key \"%.*s\" (did you mean \"%s\"?); ignored", length,
                      line->key, nearest.word);
}

static bool take_line(struct config_parser *parser, const struct config_line *line)
{
    const struct config_key *key = find_key(parser, line);

    if (!key)
        return report_unknown_key(parser, line);
    if (!key->take)
        return true;
    if (line->value_length == 0)
        return diagnostic(parser, line, "%s has no value; ignored", key->name);
    return take_value(parser, key, line);
}

bool config_parse(struct config_parser *parser, const char *text, size_t length)
{
    struct config_lines lines;
    struct config_line line;
    bool converted;

    if (!config_encoding_convert(&text, &length, parser->arena, &converted))
        return false;
    if (converted && !diagnostic_add(parser->diagnostics, parser->arena, 1,
                                     "the file is UTF-16; save it as UTF-8"))
        return false;
    lines = config_lines_of(text, length);
    while (config_lines_next(&lines, &line)) {
        parser->line = line.number;
        if (!take_line(parser, &line))
            return false;
    }
    return true;
}

static const char **string_member(const struct config_key *key, void *target)
{
    return (const char **)((char *)target + key->offset);
}

enum config_result config_take_string(struct config_parser *parser, const struct config_key *key,
                                      const char *value)
{
    *string_member(key, parser->target) = value;
    return CONFIG_TAKEN;
}

enum config_result config_take_boolean(struct config_parser *parser, const struct config_key *key,
                                       const char *value)
{
    static const char words[][2][6] = {
        {"0", "1"}, {"no", "yes"}, {"n", "y"}, {"false", "true"}, {"f", "t"}, {"off", "on"},
    };

    for (size_t i = 0; i < ELEMENTS(words); i++) {
        bool yes = strcmp(words[i][1], value) == 0;

        if (!yes && strcmp(words[i][0], value) != 0)
            continue;
        *(bool *)((char *)parser->target + key->offset) = yes;
        return CONFIG_TAKEN;
    }
    return CONFIG_BAD_VALUE;
}

void config_clear_strings(const struct config_key *keys, size_t count, void *target)
{
    for (size_t i = 0; i < count; i++) {
        if (keys[i].take == config_take_string)
            *string_member(&keys[i], target) = "";
    }
}
