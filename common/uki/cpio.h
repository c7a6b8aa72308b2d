/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes archives for Linux's initrd ("newc": Linux, Documentation/driver-api/early-userspace/
 * buffer-format.rst) that hold a few files in one directory. They have the same bytes as those of
 * systemd-stub, since some are measured and tools predict that.
 */
#pragma once

#include "common/base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cpio_file {
    const char *name; /* in the directory; no / in it */
    const uint8_t *bytes;
    uint64_t size;
};

struct cpio_archive {
    const char *directory;   /* ".extra/credentials"; those above it are added, with mode 0555 */
    uint32_t directory_mode; /* permissions, without the file's type */
    uint32_t file_mode;
    const struct cpio_file *files; /* in the order of the archive; systemd-stub sorts by name */
    size_t count;
};

/* What systemd-stub makes of .pcrsig, .pcrpkey, .profile and .osrel: an archive for each. */
#define CPIO_EXTRA .directory = ".extra", .directory_mode = 0555, .file_mode = 0444

/* The archive's size in bytes, a multiple of 4. False for a file of 4 GiB or more. */
bool cpio_size(const struct cpio_archive *archive, uint64_t *ret_size);

/* Writes the archive to `buffer`, which has room for it. */
void cpio_write(const struct cpio_archive *archive, uint8_t *buffer);

/* The archive in the arena; NULL when out of memory, or for a file of 4 GiB or more. */
const uint8_t *cpio_make(const struct cpio_archive *archive, struct arena *arena,
                         uint64_t *ret_size);
