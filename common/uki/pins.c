/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/uki/pins.h"

#include "common/base/path.h"
#include "common/base/sort.h"
#include "common/base/text.h"

#include <string.h>

#define DIGITS ((size_t)2 * PIN_SIZE)

static bool parse_digest(const char *line, uint8_t digest[PIN_SIZE])
{
    for (size_t i = 0; i < DIGITS; i++) {
        int digit = hex_digit(line[i]); /* -1 for the NUL, too */

        if (digit < 0)
            return false;
        digest[i / 2] = (uint8_t)(digest[i / 2] << 4 | digit);
    }
    return true;
}

/* "DIGEST  PATH"; sha256sum --binary puts a * in front of the path. */
static bool parse_line(const char *line, struct pin *pin)
{
    const char *path;

    if (!parse_digest(line, pin->digest) || !is_space(line[DIGITS]))
        return false;
    path = skip_spaces(line + DIGITS);
    pin->path = *path == '*' ? path + 1 : path;
    return *pin->path;
}

static bool add_line(struct pins *pins, const char *line, unsigned number, struct arena *arena,
                     struct error *error)
{
    struct pin *pin;

    if (!*line || *line == '#')
        return true;
    pin = arena_push(arena, (void **)&pins->items, &pins->capacity, pins->count, sizeof(*pin));
    if (!pin)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    *pin = (struct pin){.line = number};
    if (!parse_line(line, pin))
        return error_set(error, ERROR_PINS, number);
    pins->count++;
    return true;
}

/* Ends the line at *next, and returns it without white space around it. */
static const char *take_line(char **next)
{
    char *line = *next;
    char *end = line;

    while (*end && *end != '\n')
        end++;
    *next = *end ? end + 1 : end;
    while (end > line && is_space(end[-1]))
        end--;
    *end = '\0';
    return skip_spaces(line);
}

static int compare_pins(const void *a, const void *b)
{
    const struct pin *left = a;
    const struct pin *right = b;
    int order = path_compare(left->path, right->path);

    return order ? order : COMPARE(left->line, right->line);
}

static bool check_once(const struct pins *pins, struct error *error)
{
    for (size_t i = 1; i < pins->count; i++) {
        if (path_compare(pins->items[i - 1].path, pins->items[i].path) == 0)
            return error_set(error, ERROR_PINNED_TWICE, pins->items[i].line);
    }
    return true;
}

bool pins_parse(const char *text, uint64_t size, struct arena *arena, struct pins *ret_pins,
                struct error *error)
{
    char *next = arena_strndup(arena, text, size);

    *ret_pins = (struct pins){.items = NULL};
    if (!next)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    for (unsigned number = 1; *next; number++) {
        if (!add_line(ret_pins, take_line(&next), number, arena, error))
            return false;
    }
    sort(ret_pins->items, ret_pins->count, sizeof(*ret_pins->items), compare_pins);
    return check_once(ret_pins, error);
}

const uint8_t *pins_find(const struct pins *pins, const char *path)
{
    size_t low = 0, high = pins->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = path_compare(pins->items[middle].path, path);

        if (order == 0)
            return pins->items[middle].digest;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

void pin_append_mismatch(struct text *text, const uint8_t found[PIN_SIZE],
                         const uint8_t wanted[PIN_SIZE])
{
    text_append_hex(text, found, PIN_SIZE);
    text_append(text, ", but the signed image asks for ");
    text_append_hex(text, wanted, PIN_SIZE);
}
