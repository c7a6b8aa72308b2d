/* SPDX-License-Identifier: BSD-2-Clause */
/* Which entry is booted when the user does not choose one. */
#pragma once

#include "common/bls/entry.h"

/*
 * The selections of a default entry. Each is an ID, a pattern of IDs, or "" or NULL for none. The
 * strongest is `sysfail`, then `one_shot`, what is preferred, and the default; of the last two the
 * variable is stronger than loader.conf, and either may be "@saved".
 */
struct default_selection {
    const char *one_shot;  /* EFI variable LoaderEntryOneShot: for this boot only */
    const char *chosen;    /* EFI variable LoaderEntryDefault: set in the menu or by bootctl */
    const char *pattern;   /* `default` in loader.conf */
    const char *saved;     /* EFI variable LoaderEntryLastBooted: replaces "@saved" */
    const char *preferred; /* EFI variable LoaderEntryPreferred */
    const char *preferred_pattern; /* `preferred` in loader.conf */
    const char *sysfail;           /* EFI variable LoaderEntrySysFail, when the system has failed */
};

/*
 * Returns the index of the default entry, or `count` if none is bootable. `entries` must be sorted:
 * the first match is taken. Patterns are matched against the names that entry_has_id() accepts;
 * when none matches, their counters are left out (entry_matched()). A selection that matches no
 * bootable entry is skipped. Exhausted entries are chosen only by `one_shot` and `sysfail`, or if
 * all are exhausted. Automatic entries are chosen only by a selection. `problem` is ignored.
 */
size_t entries_choose_default(const struct boot_entry *entries, size_t count,
                              const struct default_selection *selection);

/*
 * True when a selection is none of these entries: it may be an automatic one that has not been
 * looked for.
 */
bool entries_lack_selected(const struct boot_entry *entries, size_t count,
                           const struct default_selection *selection);

/*
 * The strongest of what the default is set to for good: an ID, a pattern or "@saved"; "" for
 * nothing.
 */
const char *default_configured(const struct default_selection *selection);

/* Whether a selection stands for this entry. */
bool entry_is_selected(const struct boot_entry *entry, const char *pattern);

/*
 * The index of the first entry that has this ID, or else had it before its boots were counted;
 * `count` if there is none.
 */
size_t entries_find(const struct boot_entry *entries, size_t count, const char *id);

/*
 * The index of the next entry, from `first` on and then from the top, that this letter chooses in
 * the menu (entry_key()); `count` if there is none. A digit chooses by the place in the list.
 */
size_t entries_find_key(const struct boot_entry *entries, size_t count, size_t first, uint32_t key);
