/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A progress line for a file that takes longer than a second to read. Files that are read faster
 * show nothing.
 */
#pragma once

#include "efi/efi.h"

/* Starts counting `total` bytes of a file. `name` must live until progress_end(). */
void progress_start(const char *name, uint64_t total);

/* Adds bytes that have been read, and updates the line when the percentage changes. */
void progress_add(uint64_t bytes);

/* Erases the line and stops counting. */
void progress_end(void);
