/* SPDX-License-Identifier: BSD-2-Clause */
/* Paths of an EFI system partition on the host, where it may lie in a file system that has case. */
#pragma once

#include "common/base/arena.h"
#include "tools/pvhinfo/host/status.h"

/* Symbolic links count for what they lead to. */
bool is_directory(const char *path);

/*
 * Finds what `path` names below `directory`: / or \ between names, ASCII case ignored as FAT does,
 * .. never leads out. *ret_path is the host's path, in the arena, when there is such a file or
 * directory; else NULL. STATUS_TROUBLE, with a message, when memory is short or a directory cannot
 * be read.
 */
enum status esp_find(const char *directory, const char *path, struct arena *arena,
                     const char **ret_path);
