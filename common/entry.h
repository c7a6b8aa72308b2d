/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry files: type #1 of the Boot Loader Specification (UAPI.1), with two keys of PVH's own:
 *
 *   pvh PATH           the kernel, one that only PVH can start (`linux` works too)
 *   module PATH ARGS   a module behind the initrd; any number
 */
#pragma once

#include "common/request.h"

#define ENTRY_MAX_SIZE (1 * MIB)

struct boot_entry {
    const char *id; /* the file's name without .conf and boot counters */
    const char *version;
    const char *machine_id;
    const char *sort_key;
    const char *architecture;
    struct boot_request request; /* request.kernel is NULL for entries of other kinds */
};

/*
 * Reads an entry file. All strings are in the arena; those of keys that are missing are "". False
 * when memory is short: nothing in a file makes it invalid as a file.
 */
bool entry_parse(const char *file_name, const char *text, size_t length, struct arena *arena,
                 struct boot_entry *ret_entry);

/* True when the entry is for this processor and names a kernel. */
bool entry_is_bootable(const struct boot_entry *entry);

/* The order of a menu: the default comes first. For sort(). */
int entry_compare(const void *a, const void *b);
