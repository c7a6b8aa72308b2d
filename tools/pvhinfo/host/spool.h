/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files of the command line that can be read only once, front to back: pipes, and "-" for standard
 * input. Each is copied to a temporary file without a name, from which host_file_open() then takes
 * it, as often as it is opened.
 */
#pragma once

#include <stdbool.h>

#define SPOOL_REASON_SIZE 120

/*
 * Copies the file if it is of that kind, and waits for its end; other files are left alone. On
 * failure `reason` says what went wrong.
 */
bool spool_add(const char *path, char reason[static SPOOL_REASON_SIZE]);

/* A new descriptor for the copy of this file, which the caller closes; -1 when there is none. */
int spool_open(const char *path);
