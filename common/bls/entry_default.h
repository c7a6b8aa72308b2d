/* SPDX-License-Identifier: BSD-2-Clause */
/* Which entry is booted when nobody chooses one. */
#pragma once

#include "common/bls/entry.h"

/*
 * Who may select the default, the strongest first. Each is an ID or a pattern of IDs, `chosen` and
 * `pattern` may be "@saved", all may be "".
 */
struct default_selection {
    const char *one_shot; /* EFI variable LoaderEntryOneShot: for this boot alone */
    const char *chosen;   /* EFI variable LoaderEntryDefault: by a user, in a menu or bootctl */
    const char *pattern;  /* loader.conf's `default` */
    const char *saved;    /* EFI variable LoaderEntryLastBooted: what "@saved" stands for */
};

/*
 * The default: an index, or `count` when no entry is bootable. `entries` are sorted: of several
 * that match, the first is taken. Patterns are held against the names that entry_has_id() knows. A
 * selection that matches no bootable entry is passed over. Exhausted entries are the default only
 * for `one_shot`, or when all are. An entry's `problem` does not matter.
 */
size_t entries_choose_default(const struct boot_entry *entries, size_t count,
                              const struct default_selection *selection);
