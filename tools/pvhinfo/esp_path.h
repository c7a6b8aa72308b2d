/* SPDX-License-Identifier: BSD-2-Clause */
/* Paths of an EFI system partition on the host, whose file system may be case-sensitive. */
#pragma once

#include "common/base/arena.h"
#include "tools/pvhinfo/host/status.h"

/* UTF-16 units of a name on FAT. */
#define NAME_MAX_LENGTH 255

/* Follows symbolic links. */
bool is_directory(const char *path);

/*
 * Finds the file or directory `path` (common/base/path.h) below `directory`. ASCII case is
 * ignored as on FAT, and .. never leads out of `directory`. *ret_path is its path on the host, in
 * the arena, or NULL if it does not exist. STATUS_TROUBLE, with a message printed, when out of
 * memory or if a directory cannot be read.
 */
enum status esp_find(const char *directory, const char *path, struct arena *arena,
                     const char **ret_path);

/*
 * The same for a path that an entry names, as the firmware understands it: spaces around names and
 * dots at their end are ignored, and there is no file with a name that FAT cannot have.
 */
enum status esp_find_named(const char *directory, const char *path, struct arena *arena,
                           const char **ret_path);

/*
 * True if the loader cannot open `path`: it is longer than its buffer, or than what EDK2's FAT
 * driver opens.
 */
bool esp_path_is_too_long(const char *path);
