/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/entry_label.h"

#include "common/base/overflow.h"
#include "common/base/sort.h"

#include <string.h>

#define MACHINE_ID_SHOWN 8

/* Details appended to equal labels, in this order, until all labels differ. */
enum detail { DETAIL_VERSION, DETAIL_MACHINE_ID, DETAIL_ID, DETAIL_FILE_NAME, DETAILS };

static const char *detail_of(const struct boot_entry *entry, enum detail detail,
                             struct arena *arena)
{
    size_t length = strlen(entry->machine_id);

    switch (detail) {
    case DETAIL_VERSION:
        return entry->version;
    case DETAIL_MACHINE_ID:
        return arena_strndup(arena, entry->machine_id, min_u64(length, MACHINE_ID_SHOWN));
    case DETAIL_ID:
        return entry->id;
    default:
        return entry->source.file_name;
    }
}

static bool add_to_label(struct boot_entry *entry, enum detail detail, struct arena *arena)
{
    const char *raw = detail_of(entry, detail, arena);
    const char *clean = raw ? text_clean_copy(raw, arena) : NULL;
    struct text label = {NULL, strlen(entry->label) + sizeof(" ()"), 0};

    if (!clean)
        return false;
    if (!*clean)
        return true;
    label.size += strlen(clean);
    label.data = arena_alloc(arena, label.size, 1);
    if (!label.data)
        return false;
    text_format(&label, "%s (%s)", entry->label, clean);
    entry->label = label.data;
    return true;
}

static int compare_labels(const void *a, const void *b)
{
    const struct boot_entry *const *left = a;
    const struct boot_entry *const *right = b;

    return strcmp((*left)->label, (*right)->label);
}

/* The index after the last entry with the same label as entry `first`. */
static size_t find_group_end(struct boot_entry **sorted, size_t first, size_t count)
{
    size_t end = first + 1;

    while (end < count && strcmp(sorted[end]->label, sorted[first]->label) == 0)
        end++;
    return end;
}

/* *ret_equal: whether there were equal labels. */
static bool add_where_equal(struct boot_entry **sorted, size_t count, enum detail detail,
                            struct arena *arena, bool *ret_equal)
{
    size_t end;

    *ret_equal = false;
    sort(sorted, count, sizeof(struct boot_entry *), compare_labels);
    for (size_t first = 0; first < count; first = end) {
        end = find_group_end(sorted, first, count);
        *ret_equal |= end - first > 1;
        for (size_t i = first; end - first > 1 && i < end; i++) {
            if (!add_to_label(sorted[i], detail, arena))
                return false;
        }
    }
    return true;
}

bool entries_make_labels(struct boot_entry *entries, size_t count, struct arena *arena)
{
    struct boot_entry **sorted = arena_alloc(arena, count, sizeof(struct boot_entry *));
    bool equal = true;

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
    for (enum detail detail = 0; detail < DETAILS && equal; detail++) {
        if (!add_where_equal(sorted, count, detail, arena, &equal))
            return false;
    }
    return true;
}
