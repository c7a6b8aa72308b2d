/* SPDX-License-Identifier: BSD-2-Clause */
/* The entries of a volume while they are read. */
#pragma once

#include "common/base/error.h"
#include "common/bls/entry.h"

/* A growing list in the arena. */
struct entry_list {
    struct boot_entry *items;
    size_t count, capacity;
    size_t unreadable;   /* number of files left out that should be entries; each was reported */
    struct error unread; /* the first of them, or a directory: why entries may be missing */
    bool no_directory;   /* of entry files (type #1) */
    bool reading_other;  /* entries of the second volume are being read */
};

/* Makes room for one more, which is not counted yet; NULL when out of memory. */
static inline struct boot_entry *entry_list_push(struct entry_list *list, struct arena *arena)
{
    return arena_push(arena, (void **)&list->items, &list->capacity, list->count,
                      sizeof(*list->items));
}
