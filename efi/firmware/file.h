/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of a volume, for reading. Paths are as in efi/firmware/volume.h. */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"
#include "common/base/byte_source.h"
#include "common/base/error.h"
#include "efi/firmware/volume.h"

struct file {
    struct byte_source source; /* reads through the firmware; first, so that it can be cast back */
    EFI_FILE_HANDLE handle;    /* for efi/firmware/file.c only; NULL: not open */
    const char *path;          /* as the user named it, for messages */
    uint64_t position;         /* the firmware's, to spare it needless seeks */
    uint64_t chunk;            /* most bytes a call that the firmware has not refused */
    void (*on_read)(uint64_t bytes); /* told of what has been read, for progress; NULL: nobody */
};

/* Opens `path` for reading. `path` must live as long as the file. */
bool file_open(const struct volume *volume, const char *path, struct file *ret_file,
               struct error *error);

/* The same where the file may be missing: that is no error, and file_is_open() is false then. */
bool file_open_optional(const struct volume *volume, const char *path, struct file *ret_file,
                        struct error *error);

static inline bool file_is_open(const struct file *file)
{
    return file->handle != NULL;
}

/* Reads exactly [offset, offset + size) to memory. */
bool file_read(struct file *file, uint64_t offset, void *buffer, uint64_t size,
               struct error *error);

/* Reads a whole file of at most `limit` bytes into the arena, with a NUL behind it. */
bool file_read_all(struct file *file, uint64_t limit, struct arena *arena, char **ret_text,
                   struct error *error);

/* For CLEANUP(); also for a file that was never opened, all zero. */
void file_close(struct file *file);
