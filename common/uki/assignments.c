/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/uki/assignments.h"

#include "common/base/text.h"

#include <string.h>

struct assignments assignments_of(const char *text, size_t length)
{
    return (struct assignments){text, text + strnlen(text, length)};
}

/* Sets *start and *end to the next line, without white space around it. False at the end. */
static bool take_line(struct assignments *assignments, const char **start, const char **end)
{
    const char *next = assignments->next;

    while (next < assignments->end && is_space(*next))
        next++;
    *start = next;
    while (next < assignments->end && *next != '\n' && *next != '\r')
        next++;
    assignments->next = next;
    while (next > *start && is_space(next[-1]))
        next--;
    *end = next;
    return *start < *end;
}

bool assignments_next(struct assignments *assignments, struct assignment *ret_assignment)
{
    const char *start, *end;

    while (take_line(assignments, &start, &end)) {
        const char *equals = start;

        while (equals < end && *equals != '=')
            equals++;
        if (*start == '#' || equals == end)
            continue;
        *ret_assignment = (struct assignment){
            .key = start,
            .key_length = (size_t)(equals - start),
            .value = equals + 1,
            .value_length = (size_t)(end - equals - 1),
        };
        return true;
    }
    return false;
}

bool assignment_has_key(const struct assignment *assignment, const char *key)
{
    return assignment->key_length == strlen(key) &&
           memcmp(assignment->key, key, assignment->key_length) == 0;
}

/* Within double quotes, a backslash protects these characters only. */
static bool is_protected(char quote, char character)
{
    return quote == 0 || (quote == '"' && strchr("\"\\$`", character));
}

const char *assignment_value(const struct assignment *assignment, struct arena *arena)
{
    const char *from = assignment->value;
    const char *end = from + assignment->value_length;
    char *value = arena_alloc(arena, (uint64_t)assignment->value_length + 1, 1);
    char *to = value;
    char quote = 0;

    for (; value && from < end; from++) {
        if (*from == quote) {
            quote = 0;
        } else if (quote == 0 && (*from == '"' || *from == '\'')) {
            quote = *from;
        } else {
            if (*from == '\\' && end - from > 1 && is_protected(quote, from[1]))
                from++;
            *to++ = *from;
        }
    }
    return value;
}
