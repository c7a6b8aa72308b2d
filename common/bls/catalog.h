/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The catalog: loader.conf and all entries of a volume, labelled and in the menu's order. The
 * loader and `pvhinfo --esp` each implement a catalog_reader and share everything else, so that
 * they agree on which files are read, in which order, up to which size, and how unreadable files
 * are handled.
 */
#pragma once

#include "common/base/error.h"
#include "common/bls/entry_default.h"
#include "common/bls/loader_config.h"

/* A file to be read as a whole, and its text. */
struct catalog_file {
    const char *path; /* from the volume's root, with \ as the separator */
    uint64_t limit;   /* maximum size in bytes; a larger file is an error */
    bool optional;    /* a missing file is not an error */
    const char *text; /* NULL if the file is missing; lives as long as the arena */
    size_t length;    /* of `text`, in bytes; it need not be NUL-terminated */
};

/*
 * Access to a volume's files. Functions that return false set *error. One directory is open at a
 * time.
 */
struct catalog_reader {
    struct volume *volume; /* of the entries and of all files that they name */

    /* A missing directory is not an error: *ret_found is false then. */
    bool (*open_directory)(struct catalog_reader *reader, const char *path, bool *ret_found,
                           struct error *error);
    /* Sets *ret_name to the next file's name in the directory, in the arena; NULL at the end. */
    bool (*next_name)(struct catalog_reader *reader, struct arena *arena, const char **ret_name,
                      struct error *error);
    void (*close_directory)(struct catalog_reader *reader);

    /* Sets file->text and file->length. */
    bool (*read_file)(struct catalog_reader *reader, struct catalog_file *file, struct arena *arena,
                      struct error *error);

    /* Tells the user about an error that does not stop catalog_read(). */
    void (*report)(struct catalog_reader *reader, struct error *error);
};

struct entry_list {
    struct boot_entry *items;
    size_t count, capacity;
    size_t unreadable; /* number of entry files left out; each was reported */
    bool no_directory;
};

struct catalog {
    struct loader_config config;
    struct entry_list entries;
};

/*
 * Reads loader.conf, then all entries; both are optional. Unreadable files are reported and left
 * out; if listing the directory fails midway, the entries before that are kept. Fails with
 * ERROR_OUT_OF_MEMORY, or with the reader's error if the entries' directory cannot be opened.
 */
bool catalog_read(struct catalog_reader *reader, struct arena *arena, struct catalog *ret_catalog,
                  struct error *error);

/*
 * The index of the default entry: entries_choose_default() with the pattern of loader.conf, which
 * is written to selection->pattern.
 */
size_t catalog_choose_default(const struct catalog *catalog, struct default_selection *selection);
