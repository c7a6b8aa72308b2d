/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/base/path.h"

#include "common/base/sort.h"
#include "common/base/text.h"
#include "common/base/utf.h"

#include <string.h>

static bool is_separator(char character)
{
    return character == '\\' || character == '/';
}

bool path_next_name(const char **path, const char **ret_name, size_t *ret_length)
{
    const char *end = *path;

    do {
        while (is_separator(*end))
            end++;
        for (*ret_name = end; *end && !is_separator(*end);)
            end++;
        *ret_length = (size_t)(end - *ret_name);
    } while (*ret_length == 1 && **ret_name == '.');
    *path = end;
    return *ret_length > 0;
}

static int compare_names(const char *a, size_t length_a, const char *b, size_t length_b)
{
    for (size_t i = 0; i < length_a && i < length_b; i++) {
        int order = COMPARE((uint8_t)to_lower(a[i]), (uint8_t)to_lower(b[i]));

        if (order)
            return order;
    }
    return COMPARE(length_a, length_b);
}

int path_compare(const char *a, const char *b)
{
    const char *name_a, *name_b;
    size_t length_a, length_b;
    int order = 0;
    bool more = true;

    /* An empty name, at the end of a path, comes before all others. */
    while (more && order == 0) {
        more = path_next_name(&a, &name_a, &length_a);
        more |= path_next_name(&b, &name_b, &length_b);
        order = compare_names(name_a, length_a, name_b, length_b);
    }
    return order;
}

/* Appends a name, not an empty one, up to `end`. False when there is no room for it and the NUL. */
static bool append_name(uint16_t units[PATH_MAX_LENGTH], size_t *length, const char *name,
                        const char *end)
{
    while (name < end) {
        uint16_t encoded[2];
        size_t count = utf16_encode(utf8_next(&name), encoded);

        if (*length + count >= PATH_MAX_LENGTH)
            return false;
        for (size_t i = 0; i < count; i++)
            units[(*length)++] = encoded[i];
    }
    return true;
}

bool path_to_utf16(const char *path, uint16_t units[PATH_MAX_LENGTH])
{
    size_t length = 0;
    const char *name;
    size_t name_length;

    while (path_next_name(&path, &name, &name_length)) {
        units[length++] = '\\'; /* there is room, for the NUL */
        if (!append_name(units, &length, name, name + name_length))
            return false;
    }
    if (length == 0)
        units[length++] = '\\';
    units[length] = 0;
    return true;
}

bool path_exceeds_fat(const uint16_t *units)
{
    size_t length = 0;

    while (units[1 + length])
        length++;
    return length > FAT_PATH_MAX_LENGTH;
}

size_t path_scheme_length(const char *path)
{
    static const char secure[] = "https://", plain[] = "http://";

    if (text_starts_with_ignoring_case(path, secure))
        return strlen(secure);
    return text_starts_with_ignoring_case(path, plain) ? strlen(plain) : 0;
}

bool path_is_url(const char *path)
{
    return path_scheme_length(path) > 0;
}
