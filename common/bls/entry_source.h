/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a boot entry came from. Each kind of source is one row of the table in entry_source.c, with
 * its directory and file suffix; no other file knows them.
 */
#pragma once

#include "common/base/arena.h"
#include "common/base/text.h"

/* A file system: opaque to pure code, defined by the loader. */
struct volume;

enum entry_source_kind {
    ENTRY_TYPE1,  /* an entry file: type #1 of the Boot Loader Specification (UAPI.1) */
    ENTRY_TYPE2,  /* a unified kernel image: type #2 */
    ENTRY_SMBIOS, /* a text as in an entry file, from SMBIOS: smbios_settings.h */
    ENTRY_AUTO,   /* no file: what the loader offers by itself. Only ever booted when asked for */
    ENTRY_SOURCE_KINDS
};

struct entry_source {
    enum entry_source_kind kind;
    struct volume *volume; /* NULL when there is only one, as in pvhinfo */
    const char *file_name; /* as listed in the directory */
    bool is_other;         /* of XBOOTLDR: it comes behind one of the same name */
};

/* The kind's directory, from the volume's root, without a trailing separator. */
const char *entry_source_directory(enum entry_source_kind kind);

/* The suffix of the kind's file names: ".conf". */
const char *entry_source_suffix(enum entry_source_kind kind);

/*
 * True if a file of this name is an entry of the kind: it has the suffix, in any ASCII case, and
 * does not begin with a dot or with "auto-", which systemd-boot reserves for generated entries.
 */
bool entry_source_takes_name(enum entry_source_kind kind, const char *name);

/* Appends the file's path from the volume's root, with \ as the separator. */
void entry_source_append_path(struct text *text, const struct entry_source *source);

/* The same as a new string in the arena; NULL when out of memory. */
const char *entry_source_path(const struct entry_source *source, struct arena *arena);
