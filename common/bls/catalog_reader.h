/* SPDX-License-Identifier: BSD-2-Clause */
/* What the catalog (catalog.h) reads files through. */
#pragma once

#include "common/base/arena.h"
#include "common/base/byte_source.h"

#include <stddef.h>

/* A file system: opaque to pure code, defined by the loader. */
struct volume;

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
    struct volume *volume;        /* of the entries and of all files that they name */
    struct catalog_reader *other; /* of a second volume with entries, XBOOTLDR; NULL for none */

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

    /*
     * Opens a file, of which only some parts will be read. One file is open at a time; *ret_source
     * is valid until it is closed.
     */
    bool (*open_file)(struct catalog_reader *reader, const char *path,
                      struct byte_source **ret_source, struct error *error);
    void (*close_file)(struct catalog_reader *reader);

    /*
     * Whether a path names a file, and no directory. When that is unknown, true: opening it then
     * reports why.
     */
    bool (*has_file)(struct catalog_reader *reader, const char *path);

    /*
     * Tells the user about an error that does not stop catalog_read(). ERROR_NO_PROGRAM and
     * ERROR_NO_OS_RELEASE: a file among the unified kernel images is no entry, which may be meant
     * so.
     */
    void (*report)(struct catalog_reader *reader, struct error *error);
};
