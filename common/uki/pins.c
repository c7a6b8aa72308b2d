/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/uki/pins.h"

#include "common/base/path.h"
#include "common/base/text.h"

#include <string.h>

static int hex_digit(char character)
{
    char lower = to_lower(character);

    if (is_digit(lower))
        return lower - '0';
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static bool parse_digest(const char *line, uint8_t digest[PIN_SIZE])
{
    for (size_t i = 0; i < PIN_SIZE; i++) {
        int high = hex_digit(line[2 * i]);
        int low = high < 0 ? -1 : hex_digit(line[2 * i + 1]);

        if (low < 0)
            return false;
        digest[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* "DIGEST  PATH"; sha256sum writes " *" in front of the path for --binary. False if it is none. */
static bool parse_line(char *line, struct pin *pin)
{
    char *path = line + 2 * PIN_SIZE;
    size_t length;

    if (!parse_digest(line, pin->digest) || !is_space(*path))
        return false;
    path += skip_spaces(path) - path;
    path += *path == '*';
    length = strlen(path);
    while (length > 0 && is_space(path[length - 1]))
        path[--length] = '\0';
    pin->path = path;
    return *path;
}

static bool add_line(struct pins *pins, char *line, unsigned number, struct arena *arena,
                     struct error *error)
{
    struct pin *pin;

    line += skip_spaces(line) - line;
    if (!*line || *line == '#')
        return true;
    pin = arena_push(arena, (void **)&pins->items, &pins->capacity, pins->count, sizeof(*pin));
    if (!pin)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    pin->line = number;
    if (!parse_line(line, pin))
        return error_set(error, ERROR_PINS, number);
    if (pins_find(pins, pin->path))
        return error_set(error, ERROR_PINNED_TWICE, number);
    pins->count++;
    return true;
}

bool pins_parse(const char *text, uint64_t size, struct arena *arena, struct pins *ret_pins,
                struct error *error)
{
    char *line = arena_strndup(arena, text, size);
    unsigned number = 1;

    *ret_pins = (struct pins){.items = NULL};
    if (!line)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    for (char *end; line; line = end, number++) {
        end = strchr(line, '\n');
        if (end)
            *end++ = '\0';
        if (!add_line(ret_pins, line, number, arena, error))
            return false;
    }
    return true;
}

static bool same_path(const char *a, const char *b)
{
    const char *name_a, *name_b;
    size_t length_a, length_b;

    for (;;) {
        bool more_a = path_next_name(&a, &name_a, &length_a);
        bool more_b = path_next_name(&b, &name_b, &length_b);

        if (!more_a || !more_b)
            return more_a == more_b;
        if (length_a != length_b)
            return false;
        for (size_t i = 0; i < length_a; i++) {
            if (to_lower(name_a[i]) != to_lower(name_b[i]))
                return false;
        }
    }
}

const uint8_t *pins_find(const struct pins *pins, const char *path)
{
    for (size_t i = 0; i < pins->count; i++) {
        if (same_path(pins->items[i].path, path))
            return pins->items[i].digest;
    }
    return NULL;
}
