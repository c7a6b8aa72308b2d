/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parser of entry files: type #1 of the Boot Loader Specification (UAPI.1), with two keys of
 * PVH's own:
 *
 *   pvh PATH           the kernel, one that only PVH can start (`linux` works too)
 *   module PATH ARGS   a module behind the initrd; any number
 *
 * An entry starts one thing: the kernel of `pvh`, which other loaders do not know, else that of
 * `linux`, or the program of `efi` or `uki`.
 */
#pragma once

#include "common/bls/entry.h"

#define TYPE1_MAX_SIZE (1 * MIB)

/*
 * Reads an entry file of `length` bytes. All that the entry names is on the source's volume. The
 * strings are copied to the arena. False when memory is short: nothing in a file makes it invalid
 * as a file. An entry that is not for this machine, or names nothing to start, has a `problem`.
 */
bool type1_parse(const struct entry_source *source, const char *text, size_t length,
                 struct arena *arena, struct boot_entry *ret_entry);
