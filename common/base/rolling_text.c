/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/base/rolling_text.h"

#include "common/base/overflow.h"

#include <string.h>

/* Drops at least `bytes`, up to the end of a line. */
static void drop_oldest(struct text *text, size_t bytes)
{
    const char *end = text->data + text->length;
    const char *kept = text->data + min_u64(bytes, text->length);

    while (kept < end && kept[-1] != '\n')
        kept++;
    text->length = (size_t)(end - kept);
    memmove(text->data, kept, text->length + 1);
}

void rolling_text_append(struct text *text, const char *string)
{
    size_t length = strlen(string);
    size_t room = text->size - 1;

    if (length > room) {
        string += length - room;
        length = room;
    }
    if (length > room - text->length)
        drop_oldest(text, max_u64(length - (room - text->length), text->size / 8));
    memcpy(text->data + text->length, string, length + 1);
    text->length += length;
}
