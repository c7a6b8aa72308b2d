/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room common/bls: the Boot Loader Specification, from loader.conf and entry files to a boot
 * request, and pvhboot's own command line. It must not know how files are read, how a menu looks,
 * or what PVH needs to start a kernel.
 */
/*
 * A boot entry, wherever it came from: what the menu shows, what it starts, and its names. type1.h
 * makes entries; entry_order.h, entry_label.h and entry_default.h work on lists of them.
 */
#pragma once

#include "common/bls/boot_count.h"
#include "common/bls/boot_request.h"
#include "common/bls/diagnostics.h"
#include "common/bls/entry_source.h"

/* What choosing an entry does. */
enum entry_action {
    ENTRY_STARTS, /* its kernel or its program */
    ENTRY_SETUP,  /* restarts the machine into the firmware's setup */
    ENTRY_REBOOT,
    ENTRY_POWEROFF,
    ENTRY_ENROLL, /* enrols Secure Boot keys; from the menu only */
};

/* Strings are in the arena that the entry was made with; missing ones are "". */
struct boot_entry {
    struct entry_source source;
    const char *id;         /* the file name without boot counters and suffix: "debian" */
    const char *full_id;    /* the same with the suffix, as bootctl shows it: "debian.conf" */
    const char *profile_id; /* of an image's other profiles, the end of both: "@rescue"; else "" */
    const char *base_id;    /* `id` without it */
    struct boot_count count;
    enum entry_action action;
    char key; /* of an automatic entry, in the menu; 0 for none: see entry_key() */

    const char *version;
    const char *machine_id;
    const char *sort_key;
    const char *architecture;
    struct boot_file efi;           /* an EFI program instead of a kernel; path is NULL for none */
    bool is_uki;                    /* `efi` names a unified kernel image */
    unsigned profile;               /* of it */
    bool options_in_image;          /* the command line is the image's own, shown to the user */
    struct boot_request request;    /* kernel.path is NULL if the entry does not start a kernel */
    struct diagnostics diagnostics; /* lines that were not understood */

    const char *label;   /* shown in the menu: see entries_make_labels() */
    bool was_tried;      /* by the boot that is under way */
    const char *problem; /* why it cannot be started, shown to the user; NULL if unknown */
};

/*
 * Names the entry after its file: sets source, the IDs and count. The file name is copied. False
 * when out of memory.
 */
bool entry_set_source(struct boot_entry *entry, const struct entry_source *source,
                      struct arena *arena);

/*
 * Appends @ID to the IDs of an entry with a source and a profile; where `id` is "", the profile's
 * number is appended. False when out of memory.
 */
bool entry_set_profile_id(struct boot_entry *entry, const char *id, struct arena *arena);

/*
 * A name of the entry's file after one more boot; see boot_count_next_name(). NULL when out of
 * memory.
 */
const char *entry_next_file_name(const struct boot_entry *entry, unsigned taken,
                                 struct arena *arena);

/* Sets a new file name that differs only in its counters. It is not copied. */
void entry_set_file_name(struct boot_entry *entry, const char *file_name);

/* Appends the path of the entry's file, from the root of its volume. */
void entry_append_path(struct text *text, const struct boot_entry *entry);

/* True when the entry names no architecture, or one that this loader can start. */
bool entry_is_for_machine(const struct boot_entry *entry);

/* True when the entry is for this machine and names a kernel, an EFI program or an action. */
bool entry_is_bootable(const struct boot_entry *entry);

/*
 * Makes an entry that comes from no file, by the name of its ID, which is not copied. The label is
 * the title.
 */
void entry_init_automatic(struct boot_entry *ret_entry, const char *id, const char *title);

/* True for such an entry: no default and no substitute for another one, unless it is asked for. */
bool entry_is_automatic(const struct boot_entry *entry);

/* The letter that chooses the entry in the menu, as in systemd-boot: l for Linux; 0 for none. */
char entry_key(const struct boot_entry *entry);

/* True when boot counting has used up the entry's tries. */
bool entry_is_exhausted(const struct boot_entry *entry);

/*
 * True when `id` is the entry's ID, with or without the suffix, or its complete file name, which
 * systemd-boot uses, with the profile's ID. ASCII case is ignored.
 */
bool entry_has_id(const struct boot_entry *entry, const char *id);

/* True when `pattern` is or matches one of these names; see glob_match(). */
bool entry_matches(const struct boot_entry *entry, const char *pattern);

/*
 * The same for an ID or a pattern with counters, "x+3.conf" or "x+3", which was right before the
 * boots since: they are left out. False for one without counters.
 */
bool entry_had_id(const struct boot_entry *entry, const char *id);
bool entry_matched(const struct boot_entry *entry, const char *pattern);
