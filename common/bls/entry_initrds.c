/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/entry_initrds.h"

#include "common/base/overflow.h"
#include "common/bls/grub_variable.h"

#include <string.h>

#define VARIABLE_SHOWN 60

/* The split of one initrd's value. */
struct splitting {
    struct boot_entry *entry;
    struct catalog_reader *reader;
    struct arena *arena;
    const struct boot_file *whole;
    struct boot_files *result;
};

/* Advances *text past its next word; NULL at the end. */
static const char *take_word(const char **text, size_t *ret_length)
{
    const char *word = skip_spaces(*text);
    const char *end = word;

    while (*end && !is_space(*end))
        end++;
    *text = end;
    *ret_length = (size_t)(end - word);
    return *word ? word : NULL;
}

/* Whether a word is a variable from its start to its end. */
static bool is_variable(const char *word, size_t length)
{
    size_t variable_length;

    return *word == '$' && find_grub_variable(word, &variable_length) == word &&
           variable_length == length;
}

static bool is_one_path(const char *value)
{
    size_t length;
    const char *word = take_word(&value, &length);

    return !*skip_spaces(value) && !(word && is_variable(word, length));
}

static bool are_plain_paths(const struct boot_files *initrds)
{
    for (size_t i = 0; i < initrds->count; i++) {
        if (!is_one_path(initrds->items[i].path))
            return false;
    }
    return true;
}

static bool add_path(const struct splitting *splitting, const char *path)
{
    struct boot_files *result = splitting->result;

    if (!boot_files_add(result, splitting->arena, splitting->whole->volume, path, ""))
        return false;
    result->items[result->count - 1].line = splitting->whole->line;
    return true;
}

/* Joins the words that are no variables with single spaces; "" if all are. NULL: no memory. */
static const char *leave_out_variables(const struct splitting *splitting)
{
    struct boot_entry *entry = splitting->entry;
    const char *rest = splitting->whole->path;
    size_t size = strlen(rest) + 1;
    struct text text = {arena_alloc(splitting->arena, size, 1), size, 0};
    const char *word;
    size_t length;

    if (!text.data)
        return NULL;
    while ((word = take_word(&rest, &length))) {
        if (!is_variable(word, length))
            text_format(&text, "%s%.*s", text.length ? " " : "", (int)length, word);
        else if (!diagnostic_add(&entry->diagnostics, splitting->arena, splitting->whole->line,
                                 "initrd: \"%.*s\" is a variable of GRUB and is left out",
                                 (int)min_u64(length, VARIABLE_SHOWN), word))
            return NULL;
    }
    return text.data;
}

/* Adds each word; *ret_found: one of them is a file. */
static bool add_words(const struct splitting *splitting, const char *words, bool *ret_found)
{
    const char *word;
    size_t length;

    *ret_found = false;
    while ((word = take_word(&words, &length))) {
        const char *path = arena_strndup(splitting->arena, word, length);

        if (!path || !add_path(splitting, path))
            return false;
        *ret_found |= splitting->reader->has_file(splitting->reader, path);
    }
    return true;
}

static bool split(const struct splitting *splitting)
{
    struct catalog_reader *reader = splitting->reader;
    const char *path = splitting->whole->path;
    size_t count = splitting->result->count;
    bool found;

    if (is_one_path(path) || reader->has_file(reader, path))
        return add_path(splitting, path);
    path = leave_out_variables(splitting);
    if (!path)
        return false;
    if (is_one_path(path) || reader->has_file(reader, path))
        return !*path || add_path(splitting, path);
    if (!add_words(splitting, path, &found))
        return false;
    if (found)
        return true;
    splitting->result->count = count;
    return add_path(splitting, path); /* a path with spaces, and no such file */
}

bool entry_split_initrds(struct boot_entry *entry, struct catalog_reader *reader,
                         struct arena *arena)
{
    struct boot_files *initrds = &entry->request.initrds;
    struct boot_files result = {.items = NULL};

    if (are_plain_paths(initrds))
        return true;
    for (size_t i = 0; i < initrds->count; i++) {
        struct splitting splitting = {entry, reader, arena, &initrds->items[i], &result};

        if (!split(&splitting))
            return false;
    }
    *initrds = result;
    return true;
}
