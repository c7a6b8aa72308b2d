/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The catalog: loader.conf and all entries of a volume, in the menu's order and with labels. The
 * loader and `pvhinfo --esp` read the same one through readers of their own, so that they agree:
 * which files are read, in which order, up to which size, and what becomes of one that cannot be
 * read, is decided here.
 */
#pragma once

#include "common/base/error.h"
#include "common/bls/entry_default.h"
#include "common/bls/loader_config.h"

/* A file to be read whole, and its text. */
struct catalog_file {
    const char *path; /* from the volume's root, with \ between names */
    uint64_t limit;   /* in bytes: to be larger is an error */
    bool optional;    /* to be missing is none */
    const char *text; /* NULL when it is missing; stays as long as the arena */
    size_t length;    /* of `text`, in bytes; what is behind them is not looked at */
};

/*
 * The way to a volume's files. Functions that return false set the error. One directory is open at
 * a time.
 */
struct catalog_reader {
    struct volume *volume; /* of the entries, and of all that they name */

    /* *ret_found is false when there is no such directory, which is no error. */
    bool (*open_directory)(struct catalog_reader *reader, const char *path, bool *ret_found,
                           struct error *error);
    /* The next name in the directory, in the arena; NULL at its end. */
    bool (*next_name)(struct catalog_reader *reader, struct arena *arena, const char **ret_name,
                      struct error *error);
    void (*close_directory)(struct catalog_reader *reader);

    /* Sets file->text and file->length. */
    bool (*read_file)(struct catalog_reader *reader, struct catalog_file *file, struct arena *arena,
                      struct error *error);

    /* Tells the user of an error that the catalog goes on after. */
    void (*report)(struct catalog_reader *reader, struct error *error);
};

struct entry_list {
    struct boot_entry *items;
    size_t count, capacity;
    size_t left_out; /* entry files that could not be read; each was reported */
    bool no_directory;
};

struct catalog {
    struct loader_config config;
    struct entry_list entries;
};

/*
 * Reads loader.conf, then all entries. Neither has to be there. A file that cannot be read is
 * reported and left out; of a directory that breaks off, what was read counts. False when memory is
 * short, with ERROR_OUT_OF_MEMORY, or when the entries' directory cannot be opened, with the
 * reader's error.
 */
bool catalog_read(struct catalog_reader *reader, struct arena *arena, struct catalog *ret_catalog,
                  struct error *error);

/*
 * The entry that is booted when nobody chooses: entries_choose_default() with the pattern of
 * loader.conf, which is written to selection->pattern.
 */
size_t catalog_choose_default(const struct catalog *catalog, struct default_selection *selection);
