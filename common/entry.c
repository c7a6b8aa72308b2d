/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/entry.h"

#include "common/sort.h"
#include "common/text.h"
#include "common/version.h"

#include <string.h>

struct parser {
    struct boot_entry *entry;
    struct arena *arena;
    struct text options; /* the command line while it grows; no data until there is one */
};

struct line {
    const char *key;
    size_t key_length;
    const char *value;
    size_t value_length;
};

static const char *skip_mark(const char *text, const char *end)
{
    bool marked = end - text >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0; /* UTF-8's BOM */

    return marked ? text + 3 : text;
}

static const char *find_line_end(const char *text, const char *end)
{
    while (text < end && *text != '\n')
        text++;
    return text;
}

/* Splits a line into key and value, trimmed. False for blank lines and comments. */
static bool split_line(const char *start, const char *end, struct line *ret_line)
{
    const char *key_end;

    while (start < end && (is_space(*start) || !*start))
        start++;
    while (end > start && (is_space(end[-1]) || !end[-1]))
        end--;
    if (start == end || *start == '#')
        return false;
    for (key_end = start; key_end < end && !is_space(*key_end);)
        key_end++;
    *ret_line = (struct line){start, (size_t)(key_end - start), key_end, 0};
    while (ret_line->value < end && is_space(*ret_line->value))
        ret_line->value++;
    ret_line->value_length = (size_t)(end - ret_line->value);
    return true;
}

static bool key_is(const struct line *line, const char *key)
{
    return strlen(key) == line->key_length && memcmp(line->key, key, line->key_length) == 0;
}

/*
 * Options of several lines are joined with a space. Together they are no longer than the file, so
 * that there is room for all from the first one on.
 */
static bool add_options(struct parser *parser, const char *value)
{
    struct text *options = &parser->options;

    if (!options->data) {
        options->data = arena_alloc(parser->arena, options->size, 1);
        if (!options->data)
            return false;
        parser->entry->request.command_line = options->data;
    }
    text_format(options, "%s%s", options->length ? " " : "", value);
    return true;
}

static bool take_kernel(struct boot_entry *entry, const struct line *line, const char *value)
{
    /* An entry may have both: systemd-boot needs `linux`, PVH prefers its own. */
    if (key_is(line, "pvh") || !entry->request.kernel)
        entry->request.kernel = value;
    return true;
}

static bool take_line(struct parser *parser, const struct line *line)
{
    struct boot_entry *entry = parser->entry;
    struct arena *arena = parser->arena;
    const struct {
        const char *key;
        const char **value;
    } strings[] = {
        {"title", &entry->request.title},       {"version", &entry->version},
        {"machine-id", &entry->machine_id},     {"sort-key", &entry->sort_key},
        {"architecture", &entry->architecture},
    };
    const char *value = arena_strndup(arena, line->value, line->value_length);

    if (!value)
        return false;
    for (size_t i = 0; i < ELEMENTS(strings); i++) {
        if (key_is(line, strings[i].key)) {
            *strings[i].value = value;
            return true;
        }
    }
    if (!*value)
        return true; /* a key without a value says nothing */
    if (key_is(line, "linux") || key_is(line, "pvh"))
        return take_kernel(entry, line, value);
    if (key_is(line, "initrd"))
        return boot_files_add(&entry->request.initrds, arena, value, "");
    if (key_is(line, "module"))
        return boot_files_add_with_arguments(&entry->request.modules, arena, value);
    if (key_is(line, "options"))
        return add_options(parser, value);
    return true; /* keys of other loaders: the specification says to ignore them */
}

/* The length of the name without ".conf" and without the counters of "name+3-1.conf". */
static size_t id_length(const char *file_name)
{
    size_t length = strlen(file_name);
    size_t plus;

    if (text_ends_with_ignoring_case(file_name, ".conf"))
        length -= strlen(".conf");
    for (plus = length; plus > 0 && file_name[plus - 1] != '+';) {
        char character = file_name[--plus];

        if ((character < '0' || character > '9') && character != '-')
            return length;
    }
    return plus > 1 && plus < length ? plus - 1 : length;
}

bool entry_parse(const char *file_name, const char *text, size_t length, struct arena *arena,
                 struct boot_entry *ret_entry)
{
    const char *end = text + length;
    struct parser parser = {ret_entry, arena, {NULL, length + 1, 0}};

    *ret_entry = (struct boot_entry){
        .id = arena_strndup(arena, file_name, id_length(file_name)),
        .version = "",
        .machine_id = "",
        .sort_key = "",
        .architecture = "",
        .request = {.command_line = ""},
    };
    if (!ret_entry->id)
        return false;
    for (text = skip_mark(text, end); text < end;) {
        const char *line_end = find_line_end(text, end);
        struct line line;

        if (split_line(text, line_end, &line) && !take_line(&parser, &line))
            return false;
        text = line_end < end ? line_end + 1 : end;
    }
    return true;
}

bool entry_is_bootable(const struct boot_entry *entry)
{
    /* The specification's names; a 64-bit firmware's loader starts 32-bit kernels too. */
    bool ours = !*entry->architecture || text_equals_ignoring_case(entry->architecture, "x64") ||
                text_equals_ignoring_case(entry->architecture, "ia32");

    return ours && entry->request.kernel;
}

int entry_compare(const void *a, const void *b)
{
    const struct boot_entry *left = a;
    const struct boot_entry *right = b;
    int result = COMPARE(!*left->sort_key, !*right->sort_key);

    if (result == 0 && *left->sort_key) {
        result = strcmp(left->sort_key, right->sort_key);
        if (result == 0)
            result = strcmp(left->machine_id, right->machine_id);
        if (result == 0)
            result = version_compare(right->version, left->version);
    }
    return result ? result : version_compare(right->id, left->id);
}
