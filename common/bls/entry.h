/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry files: type #1 of the Boot Loader Specification (UAPI.1), with two keys of PVH's own:
 *
 *   pvh PATH           the kernel, one that only PVH can start (`linux` works too)
 *   module PATH ARGS   a module behind the initrd; any number
 *
 * An entry starts one thing: the kernel of `pvh`, which other loaders do not know, else that of
 * `linux`, or the program of `efi` or `uki`.
 */
#pragma once

#include "common/base/units.h"
#include "common/bls/boot_count.h"
#include "common/bls/boot_request.h"
#include "common/bls/diagnostics.h"

#define ENTRY_MAX_SIZE (1 * MIB)

struct boot_entry {
    const char *id;        /* the file's name without .conf and boot counters */
    const char *file_name; /* as it is in the directory */
    const char *version;
    const char *machine_id;
    const char *sort_key;
    const char *architecture;
    const char *efi;             /* an EFI program instead of a kernel; "" for none */
    struct boot_request request; /* request.kernel is NULL for entries of other kinds */
    struct boot_count count;
    struct diagnostics diagnostics; /* lines that were not understood */

    const char *label;   /* what a menu calls it: see entries_make_labels() */
    const char *problem; /* why it cannot be started, for people; NULL while nothing is known */
};

/*
 * True for the names of entry files: *.conf, but for those that begin with a dot or with "auto-",
 * which systemd-boot keeps for entries of its own making.
 */
bool entry_is_file_name(const char *name);

/*
 * Reads an entry file. All strings are in the arena; those of keys that are missing are "". False
 * when memory is short: nothing in a file makes it invalid as a file. An entry that is not for
 * this machine, or names nothing to start, has a `problem`.
 */
bool entry_parse(const char *file_name, const char *text, size_t length, struct arena *arena,
                 struct boot_entry *ret_entry);

/* True when the entry's architecture, if it names one, is this machine's. */
bool entry_is_for_machine(const struct boot_entry *entry);

/* True when the entry is for this processor and names a kernel or an EFI program. */
bool entry_is_bootable(const struct boot_entry *entry);

/* The order of a menu: the default comes first, exhausted ones last. For sort(). */
int entry_compare(const void *a, const void *b);

/*
 * Gives each entry a label: its title, with version, machine ID or file name behind it where
 * others have the same. False when memory is short. Takes n log n.
 */
bool entries_make_labels(struct boot_entry *entries, size_t count, struct arena *arena);

/* True when it has used up its tries: it never booted to the end. */
bool entry_is_exhausted(const struct boot_entry *entry);

/*
 * True when `id` names the entry: its ID, with or without ".conf", or its file's whole name, which
 * is what systemd-boot calls it. ASCII case is ignored.
 */
bool entry_has_id(const struct boot_entry *entry, const char *id);

/* The same for a pattern; see glob_match(). */
bool entry_matches(const struct boot_entry *entry, const char *pattern);

/*
 * The command line with the entry's ID behind it and, where its boots are counted, its file's path:
 * a kernel that was started through PVH cannot ask the firmware for them. Names with spaces are
 * quoted. NULL when memory is short.
 */
const char *entry_pass(const struct boot_entry *entry, const char *command_line,
                       struct arena *arena);

/* False for names that no quotes hold together: with a quote in them, or a control character. */
bool entry_can_be_passed(const struct boot_entry *entry);

/* What may say which entry is the default, the strongest first. Each may be "". */
struct default_selection {
    const char *one_shot; /* EFI variable LoaderEntryOneShot: an ID */
    const char *chosen;   /* EFI variable LoaderEntryDefault: an ID, or a pattern */
    const char *pattern;  /* loader.conf: a pattern, or "@saved" */
    const char *saved;    /* the entry that was booted last: an ID */
};

/*
 * The entry that is booted when nobody chooses: an index, or `count` when none is bootable.
 * `entries` are sorted. IDs may be patterns too, and all are held against the names that
 * entry_has_id() knows. Wishes that match no bootable entry are passed over, and so are, by all but
 * one_shot, exhausted entries, unless there is nothing else. An entry's `problem` does not matter.
 */
size_t entries_choose_default(const struct boot_entry *entries, size_t count,
                              const struct default_selection *selection);
