/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Paths as people write them: names separated by \ or /, from a volume's root. Separators may be
 * doubled, mixed, missing at the start and left over at the end, and "." stays where it is: EDK2's
 * FAT driver opens the root for \\x, and no file for x\. That .. leads up is left to the firmware.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATH_MAX_LENGTH 1024 /* UTF-16 units, with the NUL */

/* What EDK2's FAT driver opens (FatLocateOFile): UTF-16 units, without the first separator. */
#define FAT_PATH_MAX_LENGTH 256

/* True if a path from path_to_utf16() is longer than that. */
bool path_exceeds_fat(const uint16_t *units);

/* Advances *path past its next name, which is not NUL-terminated. False at the end. */
bool path_next_name(const char **path, const char **ret_name, size_t *ret_length);

/*
 * Compares two paths name by name, ignoring ASCII case as FAT does; 0 if they are the same: \a/B
 * and
 * //A\b. Names that only the firmware's file system takes for the same are different.
 */
int path_compare(const char *a, const char *b);

/*
 * Converts to the one form that all firmware understands: \a\b, or \ for the root. False when it is
 * too long; `units` is then undefined.
 */
bool path_to_utf16(const char *path, uint16_t units[PATH_MAX_LENGTH]);

/* The length of "http://" or "https://" at the start of a path, in any ASCII case; 0 without. */
size_t path_scheme_length(const char *path);

/* True when a path is meant as an URL: it begins with one of these. */
bool path_is_url(const char *path);
