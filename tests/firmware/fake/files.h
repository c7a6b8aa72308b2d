/* SPDX-License-Identifier: BSD-2-Clause */
/* The volume that the loader was started from: files in memory, on a medium that may be faulty. */
#pragma once

#include "efi/efi.h"

#include "common/base/range.h"

/* Adds a file and its parent directories. The bytes are copied. Paths are like \efi\x.efi. */
void file_put(const char *path, const void *bytes, size_t size);
void file_put_text(const char *path, const char *text);
void file_put_directory(const char *path);

/* Adds a file of the host, without copying it; it cannot be written. */
void file_put_host(const char *path, const char *host_path);

/* The bytes of a file; NULL when it does not exist. */
const uint8_t *file_bytes(const char *path, size_t *ret_size);
bool file_has_bytes(const char *path, const void *bytes, size_t size);

/* True when a device path is that of this file on the volume. */
bool path_leads_to(const EFI_DEVICE_PATH *device_path, const char *path);

/* How the medium behaves; set by scenarios. */
struct medium_ways {
    uint64_t largest_read; /* a longer Read fails with `too_long`; 0 for no limit */
    EFI_STATUS too_long;
    bool breaks;         /* then each later Read of that file fails, too */
    size_t short_read;   /* the read that returns only half, counted from 1; 0 for none */
    const char *damaged; /* the file that fails with `damage` when the range is read */
    struct range damaged_range;
    EFI_STATUS damage;
    uint64_t ticks_per_mib; /* how slow it is */
    bool read_only;
    bool other_read_only; /* the second volume */
    const char *closed;   /* cannot be opened */
    uint64_t
        unlisted;    /* the first directory entry that cannot be read, counted from 1; 0 for none */
    bool no_volume;  /* it has a file system that cannot be opened */
    bool nameless;   /* a directory's last entry ends before its name */
    bool long_paths; /* of more than 256 characters, as EDK2's FAT driver has none */
    uint64_t too_many; /* bytes that GetInfo reports, but are not there */
};
extern struct medium_ways medium_ways;

extern EFI_FILE_IO_INTERFACE fake_volume;

/* A second volume: its root is the directory OTHER_VOLUME of the first one. */
extern EFI_FILE_IO_INTERFACE fake_other_volume;
#define OTHER_VOLUME "\\@other"

/* The number of Read() calls on files, without directories. */
size_t files_reads(void);

/* The path of a file that the loader has open; NULL for none. */
const char *files_find_leak(void);
