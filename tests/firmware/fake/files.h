/* SPDX-License-Identifier: BSD-2-Clause */
/* The volume that the loader was started from: a tree of files in memory, and a medium with flaws.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/range.h"

/* Adds a file, and the directories that lead to it. The bytes are copied. Paths: \efi\x.efi */
void file_put(const char *path, const void *bytes, size_t size);
void file_put_text(const char *path, const char *text);
void file_put_directory(const char *path);

/* Adds a file of the host's, without a copy: it is only to be read. */
void file_put_host(const char *path, const char *host_path);

/* The bytes of a file; NULL when there is none. */
const uint8_t *file_bytes(const char *path, size_t *ret_size);
bool file_has_bytes(const char *path, const void *bytes, size_t size);

/* True when a device path ends in the volume's own and this file. */
bool path_leads_to(const EFI_DEVICE_PATH *device_path, const char *path);

/* How the medium behaves. A scenario's to set. */
struct medium_ways {
    uint64_t largest_read; /* a longer Read fails with `too_long`; 0 for no limit */
    EFI_STATUS too_long;
    size_t short_read;   /* the read, counted from 1, that gives half of what there is; or 0 */
    const char *damaged; /* the file that fails with `damage` where the range is read */
    struct range damaged_range;
    EFI_STATUS damage;
    uint64_t ticks_per_mib; /* how slow it is */
    bool read_only;
    const char *closed; /* cannot be opened */
    uint64_t unlisted;  /* of a directory, the item from which on it cannot be read, from 1; or 0 */
    bool sizes_lie;     /* GetInfo says one byte more than there is */
};
extern struct medium_ways medium_ways;

extern EFI_FILE_IO_INTERFACE fake_volume;

/* Calls of Read for files, not directories. */
size_t files_reads(void);

/* The path of a file that the loader has open; NULL for none. */
const char *files_find_leak(void);
