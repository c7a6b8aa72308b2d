/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the user sees while a file takes long: one line, rewritten, from the first second on. Files
 * that are read faster leave no trace.
 */
#pragma once

#include "efi/efi.h"

/* Begins to count anew. `name` must live until progress_end(). */
void progress_start(const char *name, uint64_t total);

/* So many more bytes have been read. */
void progress_add(uint64_t bytes);

/* Wipes the line, as any other text does, and counts no more. */
void progress_end(void);
