/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/entry_command_line.h"

#include <string.h>

bool entry_can_be_passed(const struct boot_entry *entry)
{
    for (const char *at = entry->source.file_name; *at; at++) {
        if (*at == '"' || (uint8_t)*at < ' ' || *at == 0x7f)
            return false;
    }
    return true;
}

/* Appends the directory relative to a mount point, as userspace writes it: "/loader/entries/". */
static void append_directory(struct text *text, const struct boot_entry *entry)
{
    for (const char *at = entry_source_directory(entry->source.kind); *at; at++)
        text_append_char(text, *at == '\\' ? '/' : *at);
    text_append_char(text, '/');
}

const char *entry_command_line(const struct boot_entry *entry, const char *command_line,
                               struct arena *arena)
{
    static const char id_option[] = "pvhboot.entry=";
    static const char path_option[] = "pvhboot.boot-count-path=";
    const char *name = entry->source.file_name;
    size_t size = strlen(command_line) + strlen(entry->id) + strlen(name) +
                  strlen(entry_source_directory(entry->source.kind)) + sizeof(id_option) +
                  sizeof(path_option) + 9; /* spaces, quotes and a separator */
    struct text text = {arena_alloc(arena, size, 1), size, 0};
    const char *quote = strchr(name, ' ') ? "\"" : "";

    if (!text.data)
        return NULL;
    text_format(&text, "%s%s%s%s%s%s", command_line, *command_line ? " " : "", id_option, quote,
                entry->id, quote);
    if (entry->count.counted) {
        text_format(&text, " %s", path_option);
        append_directory(&text, entry);
        text_format(&text, "%s%s%s", quote, name, quote);
    }
    return text.data;
}

const char *entry_load_options(const struct boot_entry *entry, const char *edited,
                               struct arena *arena)
{
    const char *own = entry->options_in_image ? "" : entry->request.command_line;
    const char *options = edited ? edited : own;
    struct text text = {NULL, strlen(options) + sizeof("@4294967295 "), 0};

    if (entry->profile == 0)
        return options;
    text.data = arena_alloc(arena, text.size, 1);
    if (text.data)
        text_format(&text, "@%u%s%s", entry->profile, *options ? " " : "", options);
    return text.data;
}
