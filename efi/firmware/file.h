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
    struct byte_source source; /* reads through the firmware; first, so that it can be cast back */
    EFI_FILE_HANDLE handle;    /* for efi/firmware/file.c only; NULL: not open, or in memory */
    const uint8_t *bytes;      /* of a file in memory; NULL: read through the firmware */
    const char *path;          /* as given by the user, for messages */
    uint64_t position;         /* of the firmware's handle, to avoid needless seeks */
    uint64_t chunk;            /* the largest read that the firmware has not refused, in bytes */
    const char *volume;        /* the name of its volume, for messages */
    bool is_elsewhere;         /* not on the volume that pvhboot was started from */
    void (*on_read)(uint64_t bytes); /* called after each read, for progress; may be NULL */
    struct sha256 *hash;             /* of the bytes that are read; NULL: none. See file_read() */
};

/*
 * Opens `path` for reading, which may name another volume: "PARTUUID=...:/path"; the string must
 * live as long as the file. On failure nothing is left
 * open, and the error names the file.
 */
bool file_open(const struct volume *volume, const char *path, struct file *ret_file,
               struct error *error);

/* The same for a file that may be missing: returns true, and file_is_open() is false. */
bool file_open_optional(const struct volume *volume, const char *path, struct file *ret_file,
                        struct error *error);

/* Makes a file of bytes in memory, which stay the caller's and must live as long. */
void file_from_memory(const char *path, const uint8_t *bytes, uint64_t size, struct file *ret_file);

/* True when `path` names a file, and no directory; also when that cannot be told. */
bool file_exists(const struct volume *volume, const char *path);

static inline bool file_is_open(const struct file *file)
{
    return file->handle != NULL;
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
