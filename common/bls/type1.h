/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parser of entry files: type #1 of the Boot Loader Specification (UAPI.1), with two keys for
 * PVH:
 *
 *   pvh PATH           a kernel that only PVH can start (`linux` works too)
 *   module PATH ARGS   a module, after the initrd; may be repeated
 *
 * An entry starts the kernel named by `pvh`, a key that other loaders do not know; without `pvh`,
 * the kernel named by `linux` or the program named by `efi` or `uki`.
 */
#pragma once

#include "common/base/units.h"
#include "common/bls/entry.h"

#define TYPE1_MAX_SIZE (1 * MIB)

/*
 * Parses an entry file of `length` bytes. All files that it names are on the source's volume.
 * Strings are copied to the arena. False only when out of memory: any text is a valid entry file,
 * but an entry for another machine, or one that names nothing to start, has a `problem`.
 */
bool type1_parse(const struct entry_source *source, const char *text, size_t length,
                 struct arena *arena, struct boot_entry *ret_entry);
