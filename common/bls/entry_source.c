/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/entry_source.h"

#include <string.h>

static const struct {
    const char *directory, *suffix;
} kinds[ENTRY_SOURCE_KINDS] = {
    [ENTRY_TYPE1] = {"\\loader\\entries", ".conf"},
    [ENTRY_TYPE2] = {"\\EFI\\Linux", ".efi"},
    [ENTRY_SMBIOS] = {"SMBIOS", ".conf"}, /* for messages */
    [ENTRY_AUTO] = {"", ""},
};

const char *entry_source_directory(enum entry_source_kind kind)
{
    return kinds[kind].directory;
}

const char *entry_source_suffix(enum entry_source_kind kind)
{
    return kinds[kind].suffix;
}

bool entry_source_takes_name(enum entry_source_kind kind, const char *name)
{
    /* IDs of automatic entries begin with "auto-"; IDs ignore case. */
    return *name != '.' && !text_starts_with_ignoring_case(name, "auto-") &&
           text_ends_with_ignoring_case(name, kinds[kind].suffix);
}

void entry_source_append_path(struct text *text, const struct entry_source *source)
{
    text_format(text, "%s\\%s", kinds[source->kind].directory, source->file_name);
}

const char *entry_source_path(const struct entry_source *source, struct arena *arena)
{
    size_t size = strlen(kinds[source->kind].directory) + strlen(source->file_name) + sizeof("\\");
    struct text path = {arena_alloc(arena, size, 1), size, 0};

    if (path.data)
        entry_source_append_path(&path, source);
    return path.data;
}
