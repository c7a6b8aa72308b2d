/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/output/printable.h"

#include "common/base/text.h"
#include "common/base/utf.h"

#include <stdlib.h>

/* U+FFFD is escaped too: utf8_next() also returns it for malformed bytes. */
static bool is_printable(uint32_t character)
{
    return !utf_is_control(character) && character != UTF_REPLACEMENT_CHARACTER;
}

void print_printable(FILE *stream, const char *text)
{
    while (*text) {
        const char *start = text;

        if (is_printable(utf8_next(&text))) {
            fwrite(start, 1, (size_t)(text - start), stream);
            continue;
        }
        for (; start < text; start++)
            fprintf(stream, "\\x%02x", (unsigned char)*start);
    }
}

char *printable(const char *text)
{
    char *copy = NULL;
    size_t size;
    FILE *stream = open_memstream(&copy, &size);

    if (!stream)
        return NULL;
    print_printable(stream, text);
    if (fclose(stream) == 0)
        return copy;
    free(copy);
    return NULL;
}
