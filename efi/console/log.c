/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/console/log.h"

#include "common/base/rolling_text.h"
#include "pvh/limits.h"

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

void log_append(const char *string)
{
    rolling_text_append(&text, string);
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
