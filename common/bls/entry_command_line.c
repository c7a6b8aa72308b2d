/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel is told of its entry. */
#include "common/bls/entry.h"

#include "common/base/text.h"

#include <string.h>

bool entry_can_be_passed(const struct boot_entry *entry)
{
    for (const char *at = entry->file_name; *at; at++) {
        if (*at == '"' || (uint8_t)*at < ' ' || *at == 0x7f)
            return false;
    }
    return true;
}

const char *entry_pass(const struct boot_entry *entry, const char *command_line,
                       struct arena *arena)
{
    static const char id_option[] = "pvhboot.entry=";
    static const char path_option[] = "pvhboot.boot-count-path=/loader/entries/";
    size_t size = strlen(command_line) + strlen(entry->id) + strlen(entry->file_name) +
                  sizeof(id_option) + sizeof(path_option) + 8; /* spaces and quotes */
    struct text text = {arena_alloc(arena, size, 1), size, 0};
    const char *quote = strchr(entry->file_name, ' ') ? "\"" : "";

    if (!text.data)
        return NULL;
    text_format(&text, "%s%s%s%s%s%s", command_line, *command_line ? " " : "", id_option, quote,
                entry->id, quote);
    if (entry->count.counted)
        text_format(&text, " %s%s%s%s", path_option, quote, entry->file_name, quote);
    return text.data;
}
