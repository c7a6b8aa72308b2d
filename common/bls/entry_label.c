/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/entry_label.h"

#include "common/base/overflow.h"
#include "common/base/sort.h"

#include <string.h>

#define MACHINE_ID_SHOWN 8

/* What is put behind labels that several entries have, one after the other. */
enum addition { ADD_VERSION, ADD_MACHINE_ID, ADD_ID, ADD_FILE_NAME, ADDITIONS };

static const char *addition_of(const struct boot_entry *entry, enum addition addition,
                               struct arena *arena)
{
    size_t length = strlen(entry->machine_id);

    switch (addition) {
    case ADD_VERSION:
        return entry->version;
    case ADD_MACHINE_ID:
        return arena_strndup(arena, entry->machine_id, min_u64(length, MACHINE_ID_SHOWN));
    case ADD_ID:
        return entry->id;
    default:
        return entry->source.file_name;
    }
}

static bool add_to_label(struct boot_entry *entry, enum addition addition, struct arena *arena)
{
    const char *raw = addition_of(entry, addition, arena);
    const char *more = raw ? text_clean_copy(raw, arena) : NULL;
    struct text label = {NULL, strlen(entry->label) + sizeof(" ()"), 0};

    if (!more)
        return false;
    if (!*more)
        return true;
    label.size += strlen(more);
    label.data = arena_alloc(arena, label.size, 1);
    if (!label.data)
        return false;
    text_format(&label, "%s (%s)", entry->label, more);
    entry->label = label.data;
    return true;
}

static int compare_labels(const void *a, const void *b)
{
    const struct boot_entry *const *left = a;
    const struct boot_entry *const *right = b;

    return strcmp((*left)->label, (*right)->label);
}

/* The end of those that have the same label as the first. */
static size_t find_end(struct boot_entry **sorted, size_t first, size_t count)
{
    size_t end = first + 1;

    while (end < count && strcmp(sorted[end]->label, sorted[first]->label) == 0)
        end++;
    return end;
}

static bool add_where_equal(struct boot_entry **sorted, size_t count, enum addition addition,
                            struct arena *arena)
{
    size_t end;

    sort(sorted, count, sizeof(struct boot_entry *), compare_labels);
    for (size_t first = 0; first < count; first = end) {
        end = find_end(sorted, first, count);
        for (size_t i = first; end - first > 1 && i < end; i++) {
            if (!add_to_label(sorted[i], addition, arena))
                return false;
        }
    }
    return true;
}

bool entries_make_labels(struct boot_entry *entries, size_t count, struct arena *arena)
{
    struct boot_entry **sorted = arena_alloc(arena, count, sizeof(struct boot_entry *));

    if (!sorted)
        return false;
    for (size_t i = 0; i < count; i++) {
        entries[i].label = entries[i].request.title;
        if (!entries[i].label)
            entries[i].label = text_clean_copy(entries[i].id, arena);
        if (!entries[i].label)
            return false;
        sorted[i] = &entries[i];
    }
    for (enum addition addition = 0; addition < ADDITIONS; addition++) {
        if (!add_where_equal(sorted, count, addition, arena))
            return false;
    }
    return true;
}
