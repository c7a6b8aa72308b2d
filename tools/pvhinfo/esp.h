/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks everything that pvhboot would read in an EFI system partition (--esp). */
#pragma once

#include "common/bls/catalog.h"
#include "common/disk/file_system.h"
#include "common/trust/policy.h"
#include "common/uki/pins.h"
#include "tools/pvhinfo/host/file.h"
#include "tools/pvhinfo/host/status.h"
#include "tools/pvhinfo/output/json.h"

/* A growing list in the arena. */
struct message_list {
    const char **items;
    size_t count, capacity;
};

/* The check of an entry. */
struct esp_check {
    const char *path;             /* of the entry file, on the host */
    const char *system;           /* the name in the kernel's notes; "" if unknown */
    bool may_be_linux;            /* false for a kernel that was read and is none */
    struct message_list problems; /* why the entry would not boot */
    struct message_list warnings; /* what will not be as the entry says */

    /* With a state of Secure Boot, if there are no problems. */
    bool is_judged;
    struct policy_verdict verdict;
    const char *blamed; /* the file that a refusal is about */
};

/* A file that a loader vouches for, if it is the one that it means. */
struct esp_pin {
    const struct pin *pin;
    bool exists;
    uint8_t digest[PIN_SIZE]; /* of the file that exists */
};

/* A place where the firmware looks for a loader, or where shim does. */
struct esp_loader {
    const char *path; /* from the ESP's root */
    bool exists;
    const char *version;          /* of pvhboot; NULL if it is another program */
    struct esp_pin *pins;         /* of pvhboot's .pins, */
    size_t pin_count;             /* 0 for none */
    const char *options;          /* a command line of its own (.cmdline); NULL for none */
    struct message_list problems; /* what is wrong with the pins */
};

#define ESP_LOADERS 5

struct esp {
    const char *directory; /* NULL if nothing could be read */
    const char *other;     /* of the XBOOTLDR partition; NULL: there is none, or no driver for it */
    const struct file_system *other_file_system; /* NULL: not known */
    bool other_unreadable;
    enum secure_boot state;
    struct esp_loader loaders[ESP_LOADERS];
    const char *config_path; /* of loader.conf, on the host; NULL if there is none */
    struct catalog catalog;
    struct esp_check *checks;  /* one for each entry */
    size_t default_entry;      /* index; the number of entries for none */
    size_t substitute;         /* what an unattended boot starts if that does not boot; as above */
    bool read_failed;          /* something could not be read; the error has been printed */
    struct message_list notes; /* problems that do not prevent booting */
};

/* Where the files of an entry are: the ESP's directory, or that of the XBOOTLDR partition. */
static inline const char *esp_directory_of(const struct esp *esp, const struct boot_entry *entry)
{
    return entry->source.is_other ? esp->other : esp->directory;
}

/*
 * Reads and checks everything, and judges the entries in that state of Secure Boot, if it is one.
 * `other` is where the XBOOTLDR partition is mounted, or its device or image, of which only the
 * file system is looked at; NULL for none.
 * STATUS_BOOTABLE if there are entries for this machine and all of
 * them would boot; STATUS_TROUBLE, with a message printed, if something could not be read.
 */
enum status esp_read(const char *directory, const char *other, enum secure_boot state,
                     struct arena *arena, struct esp *ret_esp);

/* True if the entry is for this machine and has no problems. */
bool esp_entry_boots(const struct esp *esp, size_t index);

/* "kernel" or "efi"; NULL if the entry starts nothing. */
const char *esp_entry_kind(const struct boot_entry *entry);

/* The path of the file that it starts, from the volume's root; NULL if it starts nothing. */
const char *esp_entry_path(const struct boot_entry *entry);

/* Whether a file is on another partition or on a server, where nothing is looked at. */
bool esp_path_is_elsewhere(const char *path);

/* In esp_other.c: whether the loader can read the XBOOTLDR partition; else a note says why not. */
enum status esp_look_at_other(struct esp *esp, struct arena *arena);

/* Where a file has a hole that the driver for its partition does not read; UINT64_MAX for none. */
uint64_t esp_find_hole(const struct esp *esp, const char *directory, const char *host_path);

/* In esp_reader.c: reads esp->catalog, and adds a note for each file that the loader would skip. */
enum status esp_read_catalog(struct esp *esp, struct arena *arena);

/* In esp_warnings.c: adds the warnings of an entry. */
enum status esp_add_warnings(struct esp *esp, size_t index, struct arena *arena);

/* In esp_check.c: check the files that the entries name, and the loaders. */
enum status esp_check_entries(struct esp *esp, struct arena *arena);
enum status esp_check_loaders(struct esp *esp, struct arena *arena);

/* In esp_pins.c: checks the files that a loader vouches for; `file` is the loader's. */
enum status esp_check_pins(struct esp *esp, struct esp_loader *loader, struct host_file *file,
                           struct arena *arena);

/* The loader's pin of the file at this path; NULL if it has none. */
const struct esp_pin *esp_find_pin(const struct esp_loader *loader, const char *path);

/* Adds a problem if the file at this path is not the one that a loader vouches for. */
enum status esp_check_pinned(const struct esp *esp, const char *path, struct message_list *problems,
                             struct arena *arena);

/* In esp_trust.c: what is started in esp->state. */
enum status esp_judge_entries(struct esp *esp, struct arena *arena);

/* True if the file is there and is the one that the loader vouches for. */
bool esp_pin_matches(const struct esp_pin *pin);

/* Adds a message, formatted into the arena; STATUS_TROUBLE when out of memory. */
__attribute__((format(printf, 3, 4))) enum status
message_add(struct message_list *messages, struct arena *arena, const char *format, ...);

/* In esp_output.c: print to standard output, and report problems to standard error. */
void print_esp(const struct esp *esp);
void print_esp_json(struct json *json, const struct esp *esp);
void report_esp(const struct esp *esp);
