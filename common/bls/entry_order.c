/* SPDX-License-Identifier: BSD-2-Clause */
/* The order of entries, and which of them is the default. */
#include "common/bls/entry.h"

#include "common/base/glob.h"
#include "common/base/sort.h"
#include "common/base/text.h"
#include "common/base/version.h"

#include <string.h>

/* The longest name that FAT and NTFS have, 255 units, in UTF-8 and with ".conf" behind it. */
#define FULL_ID_SIZE (sizeof(".conf") + 3 * (size_t)255)

bool entry_is_exhausted(const struct boot_entry *entry)
{
    return entry->count.counted && entry->count.left == 0;
}

static int compare_sort_keys(const struct boot_entry *a, const struct boot_entry *b)
{
    int result = COMPARE(!*a->sort_key, !*b->sort_key);

    if (result == 0 && *a->sort_key) {
        result = strcmp(a->sort_key, b->sort_key);
        if (result == 0)
            result = strcmp(a->machine_id, b->machine_id);
        if (result == 0)
            result = version_compare(b->version, a->version);
    }
    return result;
}

/* The file's whole name comes last: sort() is not stable, and an order that varies is none. */
static int compare_names(const struct boot_entry *a, const struct boot_entry *b)
{
    int result = version_compare(b->id, a->id);

    if (result == 0)
        result = COMPARE(b->count.left, a->count.left);
    if (result == 0)
        result = COMPARE(a->count.done, b->count.done);
    return result ? result : strcmp(a->file_name, b->file_name);
}

int entry_compare(const void *a, const void *b)
{
    const struct boot_entry *left = a;
    const struct boot_entry *right = b;
    int result = COMPARE(entry_is_exhausted(left), entry_is_exhausted(right));

    if (result == 0)
        result = compare_sort_keys(left, right);
    return result ? result : compare_names(left, right);
}

bool entry_has_id(const struct boot_entry *entry, const char *id)
{
    TEXT_ON_STACK(full_id, FULL_ID_SIZE);

    text_format(&full_id, "%s.conf", entry->id);
    return text_equals_ignoring_case(entry->id, id) ||
           text_equals_ignoring_case(full_id.data, id) ||
           text_equals_ignoring_case(entry->file_name, id);
}

bool entry_matches(const struct boot_entry *entry, const char *pattern)
{
    TEXT_ON_STACK(full_id, FULL_ID_SIZE);

    text_format(&full_id, "%s.conf", entry->id);
    return glob_match(pattern, entry->id) || glob_match(pattern, full_id.data) ||
           glob_match(pattern, entry->file_name);
}

/* Wishes from the strongest on; the last one is to take what there is. */
enum { ONE_SHOT, CHOSEN, CONFIGURED, ANY_GOOD, ANY, SELECTIONS };

static bool fulfils(const struct boot_entry *entry, unsigned wish, const char *pattern)
{
    /* Who asks for an entry once means it; else one that keeps failing makes room for others. */
    bool takes_exhausted = wish == ONE_SHOT || wish == ANY;

    return entry_is_bootable(entry) && (takes_exhausted || !entry_is_exhausted(entry)) &&
           entry_matches(entry, pattern);
}

size_t entries_choose_default(const struct boot_entry *entries, size_t count,
                              const struct default_selection *selection)
{
    const char *const patterns[SELECTIONS] = {selection->one_shot, selection->chosen,
                                              selection->pattern, "*", "*"};

    for (unsigned wish = 0; wish < SELECTIONS; wish++) {
        bool saved = text_equals_ignoring_case(patterns[wish], "@saved");

        for (size_t i = 0; i < count; i++) {
            if (fulfils(&entries[i], wish, saved ? selection->saved : patterns[wish]))
                return i;
        }
    }
    return count;
}
