/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/entry_order.h"

#include "common/base/sort.h"
#include "common/base/version.h"
#include "common/bls/entry.h"

#include <string.h>

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

/* Where files of the same name are: all ties have to be broken, because sort() is not stable. */
static int compare_sources(const struct entry_source *a, const struct entry_source *b)
{
    return a->kind == b->kind ? COMPARE(a->is_other, b->is_other) : COMPARE(a->kind, b->kind);
}

/* The file name, the profile and the source break ties. */
static int compare_names(const struct boot_entry *a, const struct boot_entry *b)
{
    int result = version_compare(b->base_id, a->base_id);

    if (result == 0)
        result = COMPARE(b->count.left, a->count.left);
    if (result == 0)
        result = COMPARE(a->count.done, b->count.done);
    if (result == 0)
        result = strcmp(a->source.file_name, b->source.file_name);
    if (result == 0)
        result = COMPARE(a->profile, b->profile);
    return result ? result : compare_sources(&a->source, &b->source);
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
