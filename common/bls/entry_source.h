/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a boot entry came from. What a kind of source is like, its directory and the end of its
 * files' names, is one row of a table here; everything else asks.
 */
#pragma once

#include "common/base/arena.h"
#include "common/base/text.h"

/* A file system: the firmware's in the loader. Pure code passes it on and never looks inside. */
struct volume;

enum entry_source_kind {
    ENTRY_TYPE1, /* an entry file: type #1 of the Boot Loader Specification (UAPI.1) */
    ENTRY_SOURCE_KINDS
};

struct entry_source {
    enum entry_source_kind kind;
    struct volume *volume; /* NULL for the only one there is */
    const char *file_name; /* as it is in the directory */
};

/* The kind's directory, from the root of a volume and without a separator at its end. */
const char *entry_source_directory(enum entry_source_kind kind);

/* How the names of the kind's files end: ".conf". */
const char *entry_source_suffix(enum entry_source_kind kind);

/*
 * True for names that files of the kind have: with its suffix, in any ASCII case. Not for those
 * that begin with a dot or with "auto-", which systemd-boot keeps for entries of its own making.
 */
bool entry_source_takes_name(enum entry_source_kind kind, const char *name);

/* The file's path from the root of its volume, with \ between names. */
void entry_source_append_path(struct text *text, const struct entry_source *source);

/* The same as a new string in the arena; NULL when memory is short. */
const char *entry_source_path(const struct entry_source *source, struct arena *arena);
