/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/entry_default.h"

#include "common/base/overflow.h"

/* Strongest first. The last two are the fallback when no selection matches. */
enum rank {
    SYSFAIL,
    ONE_SHOT,
    PREFERRED,
    PREFERRED_CONFIGURED,
    CHOSEN,
    CONFIGURED,
    ANY_WITH_TRIES,
    ANY,
    RANKS
};

static bool is_eligible(const struct boot_entry *entry, enum rank rank)
{
    /* These selections are deliberate; otherwise failing entries give way to others. */
    bool allow_exhausted = rank <= ONE_SHOT || rank == ANY;
    bool allow_automatic = rank < ANY_WITH_TRIES;

    return entry_is_bootable(entry) && entry->action != ENTRY_ENROLL &&
           (allow_exhausted || !entry_is_exhausted(entry)) &&
           (allow_automatic || !entry_is_automatic(entry));
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

/* What a rank is set to; "" for nothing. */
static const char *setting_of(const struct default_selection *selection, enum rank rank)
{
    const char *const settings[RANKS] = {
        [SYSFAIL] = selection->sysfail,
        [ONE_SHOT] = selection->one_shot,
        [PREFERRED] = selection->preferred,
        [PREFERRED_CONFIGURED] = selection->preferred_pattern,
        [CHOSEN] = selection->chosen,
        [CONFIGURED] = selection->pattern,
        [ANY_WITH_TRIES] = "*",
        [ANY] = "*",
    };

    return settings[rank] ? settings[rank] : "";
}

/* The pattern that a rank looks for; "" for none. */
static const char *pattern_of(const struct default_selection *selection, enum rank rank)
{
    const char *setting = setting_of(selection, rank);

    return text_equals_ignoring_case(setting, "@saved") ? selection->saved : setting;
}

const char *default_configured(const struct default_selection *selection)
{
    for (enum rank rank = PREFERRED; rank <= CONFIGURED; rank++) {
        const char *setting = setting_of(selection, rank);

        if (*setting)
            return setting;
    }
    return "";
}

size_t entries_choose_default(const struct boot_entry *entries, size_t count,
                              const struct default_selection *selection)
{
    for (enum rank rank = 0; rank < RANKS; rank++) {
        size_t index = find_first(entries, count, rank, pattern_of(selection, rank));

        if (index < count)
            return index;
    }
    return count;
}

bool entries_lack_selected(const struct boot_entry *entries, size_t count,
                           const struct default_selection *selection)
{
    for (enum rank rank = 0; rank < ANY_WITH_TRIES; rank++) {
        const char *pattern = pattern_of(selection, rank);

        if (*pattern && find_first(entries, count, rank, pattern) == count)
            return true;
    }
    return false;
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

size_t entries_find_key(const struct boot_entry *entries, size_t count, size_t first, uint32_t key)
{
    if (key >= '1' && key <= '9')
        return min_u64(key - '1', count);
    for (size_t i = 0; i < count && key; i++) {
        size_t index = (first + i) % count;

        if ((uint32_t)entry_key(&entries[index]) == key)
            return index;
    }
    return count;
}
