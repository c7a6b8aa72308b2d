/* SPDX-License-Identifier: BSD-2-Clause */
/* Files on the host, opened for reading. */
#pragma once

#include "common/base/byte_source.h"
#include "common/base/text.h"

#define HOST_FILE_REASON 200

struct host_file {
    struct byte_source source;     /* must be first: read() casts it back */
    int descriptor;                /* -1 if not open */
    char reason[HOST_FILE_REASON]; /* why it could not be opened or read; "" for no error */
};

/* Fails if it is not a regular file or cannot be opened; ret_file->reason says why. */
bool host_file_open(const char *path, struct host_file *ret_file);

struct arena;

/*
 * Reads the whole file to the arena. NULL when reading fails, with file->reason set, or when out of
 * memory, without a reason.
 */
uint8_t *host_file_read_all(struct host_file *file, struct arena *arena);

/* May be called even if host_file_open() has failed. */
void host_file_close(struct host_file *file);
