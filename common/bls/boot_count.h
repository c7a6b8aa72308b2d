/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot counting by file names (Boot Loader Specification): name+LEFT.conf or name+LEFT-DONE.conf,
 * with the suffix of the kind of entry (entry_source.h). Each boot takes one from LEFT and adds one
 * to DONE; at 0 the entry goes last.
 */
#pragma once

#include "common/base/arena.h"

#include <stdbool.h>

struct boot_count {
    bool counted; /* the name has counters */
    uint32_t left, done;
};

/* Reads the counters of a file name; names that only look like it are not counted. */
struct boot_count boot_count_parse(const char *file_name, const char *suffix);

/* The length of the name before counters and suffix: the entry's ID. */
size_t boot_count_id_length(const char *file_name, const char *suffix);

/*
 * The name that the file gets when it is booted once more, in the arena; "x+3.conf" becomes
 * "x+2-1.conf". The same name when it is not counted, or has none left. NULL when memory is short.
 */
const char *boot_count_next_name(const char *file_name, const char *suffix, struct arena *arena);
