/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/console/log.h"

#include "common/base/rolling_text.h"
#include "common/base/utf.h"
#include "pvh/limits.h"

#define BLOCK_SIZE 128 /* bytes, of which a few stay free */

static char nothing[1];
static struct text text = {nothing, sizeof(nothing), 0};

void log_start(struct arena *arena)
{
    char *data = arena_alloc_bulk(arena, BOOT_LOG_SIZE + 1);

    if (!data)
        return;
    text = (struct text){data, BOOT_LOG_SIZE + 1, 0};
    text_clear(&text);
}

void log_end(void)
{
    text = (struct text){nothing, sizeof(nothing), 0};
}

/* ASCII without control characters but the new line: nearly all text. */
static bool is_plain(const char *string)
{
    for (; *string; string++) {
        if ((*string < ' ' && *string != '\n') || *string == 0x7f)
            return false;
    }
    return true;
}

/* Whoever reads the log does so on a terminal, which control characters must not reach. */
static void append_clean(const char *string)
{
    char block[BLOCK_SIZE];
    size_t length = 0;

    while (*string) {
        uint32_t character = utf8_next(&string);

        if (utf_is_control(character) && character != '\n')
            character = '?';
        length += utf8_encode(character, block + length);
        if (length + 5 > BLOCK_SIZE || !*string) { /* the longest character, NUL */
            block[length] = '\0';
            rolling_text_append(&text, block);
            length = 0;
        }
    }
}

void log_append(const char *string)
{
    if (is_plain(string))
        rolling_text_append(&text, string);
    else
        append_clean(string);
}

const struct text *log_text(void)
{
    return &text;
}

static void write_log(struct writer *writer, const char *string)
{
    (void)writer;
    log_append(string);
}

struct writer log_writer = {write_log};
