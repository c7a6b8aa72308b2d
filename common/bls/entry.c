/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/entry.h"

#include "common/base/architecture.h"
#include "common/base/glob.h"
#include "common/base/overflow.h"
#include "common/base/text.h"
#include "common/base/units.h"

#include <string.h>

/* Room for an ID: file names have at most 255 UTF-16 units. */
#define UNCOUNTED_SIZE 800

static const char *join(const char *start, const char *end, struct arena *arena)
{
    size_t size = strlen(start) + strlen(end) + 1;
    struct text joined = {arena_alloc(arena, size, 1), size, 0};

    if (joined.data)
        text_format(&joined, "%s%s", start, end);
    return joined.data;
}

bool entry_set_source(struct boot_entry *entry, const struct entry_source *source,
                      struct arena *arena)
{
    const char *name = source->file_name;
    const char *suffix = entry_source_suffix(source->kind);

    entry->source = *source;
    entry->source.file_name = arena_strndup(arena, name, strlen(name));
    entry->id = arena_strndup(arena, name, boot_count_id_length(name, suffix));
    if (!entry->source.file_name || !entry->id)
        return false;
    entry->base_id = entry->id;
    entry->profile_id = "";
    entry->full_id = join(entry->id, suffix, arena);
    if (source->kind != ENTRY_SMBIOS) /* there is no file to be renamed */
        entry->count = boot_count_parse(name, suffix);
    return entry->full_id;
}

bool entry_set_profile_id(struct boot_entry *entry, const char *id, struct arena *arena)
{
    TEXT_ON_STACK(number, sizeof("4294967295"));
    const char *clean;

    text_format(&number, "%u", entry->profile);
    clean = text_clean_copy(*id ? id : number.data, arena);
    entry->profile_id = clean ? join("@", clean, arena) : NULL;
    if (!entry->profile_id)
        return false;
    entry->id = join(entry->base_id, entry->profile_id, arena);
    entry->full_id = join(entry->full_id, entry->profile_id, arena);
    return entry->id && entry->full_id;
}

const char *entry_next_file_name(const struct boot_entry *entry, unsigned taken,
                                 struct arena *arena)
{
    return boot_count_next_name(entry->source.file_name, entry_source_suffix(entry->source.kind),
                                taken, arena);
}

void entry_set_file_name(struct boot_entry *entry, const char *file_name)
{
    entry->source.file_name = file_name;
    entry->count = boot_count_parse(file_name, entry_source_suffix(entry->source.kind));
}

void entry_append_path(struct text *text, const struct boot_entry *entry)
{
    entry_source_append_path(text, &entry->source);
}

bool entry_is_for_machine(const struct boot_entry *entry)
{
    const char *architecture = entry->architecture;

    if (!*architecture || text_equals_ignoring_case(architecture, FIRMWARE_ARCHITECTURE))
        return true;
    return !entry->efi.path && (text_equals_ignoring_case(architecture, "x64") ||
                                text_equals_ignoring_case(architecture, "ia32"));
}

bool entry_is_bootable(const struct boot_entry *entry)
{
    return entry_is_for_machine(entry) &&
           (entry->request.kernel.path || entry->efi.path || entry->action != ENTRY_STARTS);
}

void entry_init_automatic(struct boot_entry *ret_entry, const char *id, const char *title)
{
    *ret_entry = (struct boot_entry){
        .source = {.kind = ENTRY_AUTO, .file_name = id},
        .id = id,
        .full_id = id,
        .profile_id = "",
        .base_id = id,
        .version = "",
        .machine_id = "",
        .sort_key = "",
        .architecture = "",
        .request = {.title = title, .command_line = ""},
        .label = title,
    };
}

bool entry_is_automatic(const struct boot_entry *entry)
{
    return entry->source.kind == ENTRY_AUTO;
}

char entry_key(const struct boot_entry *entry)
{
    if (entry_is_automatic(entry))
        return entry->key;
    return entry->request.kernel.path || entry->is_uki ? 'l' : 0;
}

bool entry_is_exhausted(const struct boot_entry *entry)
{
    return entry->count.counted && entry->count.left == 0;
}

/* Sets *ret_length to that of `name` without the profile's ID; false if it has another. */
static bool ends_with_profile(const struct boot_entry *entry, const char *name, size_t *ret_length)
{
    *ret_length = strlen(name) - min_u64(strlen(name), strlen(entry->profile_id));
    return text_ends_with_ignoring_case(name, entry->profile_id);
}

static bool is_file_name(const struct boot_entry *entry, const char *name)
{
    const char *file_name = entry->source.file_name;
    size_t length;

    if (!ends_with_profile(entry, name, &length) || length != strlen(file_name))
        return false;
    while (length > 0 && to_lower(name[length - 1]) == to_lower(file_name[length - 1]))
        length--;
    return length == 0;
}

bool entry_has_id(const struct boot_entry *entry, const char *id)
{
    return text_equals_ignoring_case(entry->id, id) ||
           text_equals_ignoring_case(entry->full_id, id) || is_file_name(entry, id);
}

bool entry_matches(const struct boot_entry *entry, const char *pattern)
{
    return entry_has_id(entry, pattern) || /* "x[1]", which does not match itself */
           glob_match(pattern, entry->id) || glob_match(pattern, entry->full_id) ||
           (!*entry->profile_id && glob_match(pattern, entry->source.file_name));
}

/* Appends a name without its counters. False when it has none, or is too long. */
static bool append_uncounted(struct text *text, const struct boot_entry *entry, const char *name)
{
    const char *const suffixes[] = {entry_source_suffix(entry->source.kind), ""};
    TEXT_ON_STACK(base, UNCOUNTED_SIZE);
    size_t length;

    if (!ends_with_profile(entry, name, &length) || length >= base.size)
        return false;
    text_format(&base, "%.*s", (int)length, name);
    for (size_t i = 0; i < ELEMENTS(suffixes); i++) {
        if (!boot_count_parse(base.data, suffixes[i]).counted)
            continue;
        text_format(text, "%.*s%s", (int)boot_count_id_length(base.data, suffixes[i]), base.data,
                    entry->profile_id);
        return text->length + 1 < text->size;
    }
    return false;
}

bool entry_had_id(const struct boot_entry *entry, const char *id)
{
    TEXT_ON_STACK(uncounted, UNCOUNTED_SIZE);

    return append_uncounted(&uncounted, entry, id) &&
           text_equals_ignoring_case(entry->id, uncounted.data);
}

bool entry_matched(const struct boot_entry *entry, const char *pattern)
{
    TEXT_ON_STACK(uncounted, UNCOUNTED_SIZE);

    return append_uncounted(&uncounted, entry, pattern) &&
           (text_equals_ignoring_case(entry->id, uncounted.data) ||
            glob_match(uncounted.data, entry->id));
}
