/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/entry_default.h"

/* Strongest first. The last two are the fallback when no selection matches. */
enum rank { ONE_SHOT, CHOSEN, CONFIGURED, ANY_WITH_TRIES, ANY, RANKS };

static bool is_eligible(const struct boot_entry *entry, enum rank rank)
{
    /* A one-shot selection is deliberate; otherwise failing entries give way to others. */
    bool allow_exhausted = rank == ONE_SHOT || rank == ANY;

    return entry_is_bootable(entry) && (allow_exhausted || !entry_is_exhausted(entry));
}

typedef bool entry_match(const struct boot_entry *entry, const char *pattern);

static size_t find_match(const struct boot_entry *entries, size_t count, enum rank rank,
                         const char *pattern, entry_match *matches)
{
    size_t index = 0;

    while (index < count &&
           !(is_eligible(&entries[index], rank) && matches(&entries[index], pattern)))
        index++;
    return index;
}

static size_t find_first(const struct boot_entry *entries, size_t count, enum rank rank,
                         const char *pattern)
{
    size_t index = find_match(entries, count, rank, pattern, entry_matches);

    return index < count ? index : find_match(entries, count, rank, pattern, entry_matched);
}

size_t entries_choose_default(const struct boot_entry *entries, size_t count,
                              const struct default_selection *selection)
{
    const char *const patterns[RANKS] = {selection->one_shot, selection->chosen, selection->pattern,
                                         "*", "*"};

    for (enum rank rank = 0; rank < RANKS; rank++) {
        bool saved = text_equals_ignoring_case(patterns[rank], "@saved");
        size_t index = find_first(entries, count, rank, saved ? selection->saved : patterns[rank]);

        if (index < count)
            return index;
    }
    return count;
}

bool entry_is_selected(const struct boot_entry *entry, const char *pattern)
{
    return entry_matches(entry, pattern) || entry_matched(entry, pattern);
}

size_t entries_find(const struct boot_entry *entries, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++) {
        if (entry_has_id(&entries[i], id))
            return i;
    }
    for (size_t i = 0; i < count; i++) {
        if (entry_had_id(&entries[i], id))
            return i;
    }
    return count;
}
