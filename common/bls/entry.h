/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A boot entry, wherever it came from: what a menu shows, what is started, and the names that it
 * goes by. Who makes one: type1.h. Entries among others: entry_order.h, entry_label.h,
 * entry_default.h.
 */
#pragma once

#include "common/base/units.h"
#include "common/bls/boot_count.h"
#include "common/bls/boot_request.h"
#include "common/bls/diagnostics.h"
#include "common/bls/entry_source.h"

/* The strings are in the arena that the entry was made with; those that nothing gave are "". */
struct boot_entry {
    struct entry_source source;
    const char *id;      /* the file's name without boot counters and suffix: "debian" */
    const char *full_id; /* the same with the suffix, as bootctl has it: "debian.conf" */
    struct boot_count count;

    const char *version;
    const char *machine_id;
    const char *sort_key;
    const char *architecture;
    struct boot_file efi;        /* an EFI program instead of a kernel; its path is NULL for none */
    struct boot_request request; /* its kernel's path is NULL for entries of other kinds */
    struct diagnostics diagnostics; /* lines that were not understood */

    const char *label;   /* what a menu calls it: see entries_make_labels() */
    const char *problem; /* why it cannot be started, for people; NULL while nothing is known */
};

/*
 * Names the entry after its file: sets source, id, full_id and count, copying the name. False when
 * memory is short.
 */
bool entry_set_source(struct boot_entry *entry, const struct entry_source *source,
                      struct arena *arena);

/*
 * The name that the entry's file gets when it is booted once more; see boot_count_next_name(). NULL
 * when memory is short.
 */
const char *entry_next_file_name(const struct boot_entry *entry, struct arena *arena);

/* Takes over a new name of the file that differs in its counters alone. It is not copied. */
void entry_set_file_name(struct boot_entry *entry, const char *file_name);

/* Appends the path of the entry's file, from the root of its volume. */
void entry_append_path(struct text *text, const struct boot_entry *entry);

/* True when the entry's architecture, if it names one, is this machine's. */
bool entry_is_for_machine(const struct boot_entry *entry);

/* True when the entry is for this machine and names a kernel or an EFI program. */
bool entry_is_bootable(const struct boot_entry *entry);

/* True when it has used up its tries: it never booted to the end. */
bool entry_is_exhausted(const struct boot_entry *entry);

/*
 * True when `id` names the entry: its ID, with or without the suffix, or its file's whole name,
 * which is what systemd-boot calls it. ASCII case is ignored.
 */
bool entry_has_id(const struct boot_entry *entry, const char *id);

/* The same for a pattern; see glob_match(). */
bool entry_matches(const struct boot_entry *entry, const char *pattern);
