/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of the host, opened for reading. */
#pragma once

#include "common/base/byte_source.h"
#include "common/base/text.h"

#define HOST_FILE_REASON 200

struct host_file {
    struct byte_source source;     /* first, so that it can be cast back */
    int descriptor;                /* -1 when it is not open */
    char reason[HOST_FILE_REASON]; /* why it could not be opened or read; "" while all is well */
};

/* False when it is no regular file or cannot be opened: file->reason says why. */
bool host_file_open(const char *path, struct host_file *ret_file);

/* Reads the whole file; NULL when that fails, with the reason, or when memory is short, without. */
struct arena;
uint8_t *host_file_read_all(struct host_file *file, struct arena *arena);

/* Also for a file that was never opened. */
void host_file_close(struct host_file *file);
