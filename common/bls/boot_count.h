/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot counting by file names (Boot Loader Specification): name+LEFT.conf or name+LEFT-DONE.conf,
 * with the suffix of the entry's kind (entry_source.h). Each boot decrements LEFT and increments
 * DONE; an entry with LEFT at 0 is sorted last.
 */
#pragma once

#include "common/base/arena.h"

#include <stdbool.h>

struct boot_count {
    bool counted;        /* the name has counters */
    uint32_t left, done; /* 0 to INT32_MAX */
};

/* Parses the counters in a file name. Not counted if they are malformed or the ID is empty. */
struct boot_count boot_count_parse(const char *file_name, const char *suffix);

/* The length of the entry's ID in bytes: the name without counters and suffix. */
size_t boot_count_id_length(const char *file_name, const char *suffix);

/* How many names a file can have after one more boot. */
#define BOOT_COUNT_NAMES 100

/*
 * A name of the file after one more boot, in the arena: "x+3.conf" becomes "x+2-1.conf". `taken` is
 * how many of its names are other files': then DONE differs, since it is LEFT that must go down.
 * The last name, with BOOT_COUNT_NAMES - 1 taken, has no DONE and is the shortest, "x+2.conf".
 * Returns `file_name` itself if it is not counted or has no tries left; NULL when out of memory.
 */
const char *boot_count_next_name(const char *file_name, const char *suffix, unsigned taken,
                                 struct arena *arena);
