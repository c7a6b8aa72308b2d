/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading files of a volume. Paths are as in efi/firmware/volume.h. */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"
#include "common/base/byte_source.h"
#include "common/base/error.h"
#include "common/hash/sha256.h"
#include "efi/firmware/volume.h"

struct file {
    struct byte_source source; /* reads through the volume; first, so that it can be cast back */
    struct volume_file opened; /* for efi/firmware/file.c only */
    const uint8_t *bytes;      /* of a file in memory; NULL: read through the volume */
    const char *path;          /* as given by the user, for messages */
    struct sha256 *hash;       /* of the bytes that are read; NULL: none. See file_read() */
};

/*
 * Opens `path` for reading, which may name another volume: "PARTUUID=...:/path", or be a URL; the
 * string must live as long as the file. On failure nothing is left open, the error names the file,
 * and file_is_missing() tells whether it is only that there is no such file.
 */
bool file_open(const struct volume *volume, const char *path, struct file *ret_file,
               struct error *error);

/*
 * Names the volume that opens paths that are URLs, for all volumes; it must live as long as files
 * are opened. Until then they are paths like others.
 */
void file_set_url_volume(const struct volume *volume);

/* The same for a file that may be missing: returns true, and file_is_open() is false. */
bool file_open_optional(const struct volume *volume, const char *path, struct file *ret_file,
                        struct error *error);

/* Makes a file of bytes in memory, which stay the caller's and must live as long. */
void file_from_memory(const char *path, const uint8_t *bytes, uint64_t size, struct file *ret_file);

/* True when `path` names a file, and no directory; also when that cannot be told. */
bool file_exists(const struct volume *volume, const char *path);

static inline bool file_is_open(const struct file *file)
{
    return file->opened.handle != NULL;
}

/* Of a file that could not be opened. */
static inline bool file_is_missing(const struct file *file)
{
    return file->opened.is_missing;
}

/* Lets `on_read` be called as the file is read, for progress, with the number of bytes. */
static inline void file_set_progress(struct file *file, void (*on_read)(uint64_t bytes))
{
    file->opened.on_read = on_read;
}

/* Whether a part of the file can be read at less cost than all of it, or it is in memory. */
static inline bool file_reads_parts(const struct file *file)
{
    return file->bytes || !file->opened.operations->reads_whole_files;
}

/*
 * Reads exactly the bytes [offset, offset + size). Anything less is an error, and the buffer is
 * then undefined.
 *
 * With file->hash, which the caller has initialized, the file has to be read in order from offset
 * 0, in one call or more, each byte once. After a failure the hash is of no use.
 */
bool file_read(struct file *file, uint64_t offset, void *buffer, uint64_t size,
               struct error *error);

/* Reads a whole file of at most `limit` bytes into the arena and appends a NUL. */
bool file_read_all(struct file *file, uint64_t limit, struct arena *arena, char **ret_text,
                   struct error *error);

/* For CLEANUP(). The file may be all zero, never opened. */
void file_close(struct file *file);
