/* SPDX-License-Identifier: BSD-2-Clause */
/* All that pvhboot would read in an EFI system partition, and what would become of it. */
#pragma once

#include "common/bls/catalog.h"
#include "tools/pvhinfo/host/status.h"
#include "tools/pvhinfo/output/json.h"

/* A growing list of sentences, in the arena. */
struct sentences {
    const char **items;
    size_t count, capacity;
};

/* What there is to say of an entry beside what its file does. */
struct esp_check {
    const char *path;          /* of its file, on the host */
    const char *system;        /* what its kernel calls itself; "" when that is not known */
    struct sentences problems; /* why it would not boot */
};

/* A place where the firmware looks for a loader. */
struct esp_loader {
    const char *path; /* from the ESP's root */
    bool is_there;
    const char *version; /* of the pvhboot there; NULL when it is something else */
};

#define ESP_LOADERS 2

struct esp {
    const char *directory; /* NULL when nothing could be read */
    struct esp_loader loaders[ESP_LOADERS];
    const char *config_path; /* of loader.conf, on the host; NULL when there is none */
    struct catalog catalog;
    struct esp_check *checks; /* of each entry */
    size_t default_entry;     /* index; the entries' count for none */
    bool unread;              /* something could not be read, which was said already */
    struct sentences notes;   /* what is odd, but keeps nothing from booting */
};

/*
 * Reads and checks everything. STATUS_BOOTABLE when all entries for this machine would boot, and
 * there is one; STATUS_TROUBLE, with a message, when something could not be read.
 */
enum status esp_read(const char *directory, struct arena *arena, struct esp *ret_esp);

/* True when the entry is for this machine and nothing is wrong with it. */
bool esp_entry_boots(const struct esp *esp, size_t index);

/* "kernel" or "efi"; NULL when it starts nothing. */
const char *esp_entry_kind(const struct boot_entry *entry);

/* The path of what it starts, from the root of its volume; NULL when it starts nothing. */
const char *esp_entry_path(const struct boot_entry *entry);

/* In esp_reader.c: reads esp->catalog, and notes what the loader would leave out. */
enum status esp_read_catalog(struct esp *esp, struct arena *arena);

/* In esp_check.c: looks at the files that the entries name. */
enum status esp_check_entries(struct esp *esp, struct arena *arena);
enum status esp_check_loaders(struct esp *esp, struct arena *arena);

/* Formats into the arena; STATUS_TROUBLE when memory is short. */
__attribute__((format(printf, 3, 4))) enum status
sentence_add(struct sentences *sentences, struct arena *arena, const char *format, ...);

/* In esp_output.c: on standard output, and what is wrong on standard error. */
void print_esp(const struct esp *esp);
void print_esp_json(struct json *json, const struct esp *esp);
void complain_about_esp(const struct esp *esp);
