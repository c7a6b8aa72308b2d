/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/diagnostics.h"

#include "common/base/text.h"

#define REMARK_SIZE 200 /* a line on most screens is shorter */

static bool push(struct remarks *remarks, struct arena *arena, unsigned line, const char *text,
                 size_t length)
{
    struct remark *remark = arena_push(arena, (void **)&remarks->items, &remarks->capacity,
                                       remarks->count, sizeof(*remarks->items));

    if (!remark)
        return false;
    *remark = (struct remark){line, arena_strndup(arena, text, length)};
    if (!remark->text)
        return false;
    remarks->count++;
    return true;
}

bool remark_add(struct remarks *remarks, struct arena *arena, unsigned line, const char *format,
                ...)
{
    TEXT_ON_STACK(raw, REMARK_SIZE);
    TEXT_ON_STACK(clean, 3 * REMARK_SIZE); /* U+FFFD for each byte */
    va_list arguments;

    if (remarks->count >= REMARKS_MAX)
        return true;
    if (remarks->count == REMARKS_MAX - 1)
        format = "there is more that is not understood, which is not listed";
    va_start(arguments, format);
    text_format_list(&raw, format, arguments);
    va_end(arguments);
    text_append_clean(&clean, raw.data);
    return push(remarks, arena, line, clean.data, clean.length);
}
