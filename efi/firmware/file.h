/* SPDX-License-Identifier: BSD-2-Clause */
/* Files on the volume that pvhboot was started from. */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"
#include "common/base/byte_source.h"

#define PATH_MAX_LENGTH 1024 /* units */

struct file {
    struct byte_source source; /* reads through the firmware; first, so that it can be cast back */
    EFI_FILE_HANDLE handle;
    const char *path;  /* as the user named it, for messages */
    uint64_t position; /* the firmware's, to spare it needless seeks */
    uint64_t chunk;    /* most bytes a call that the firmware has not refused */
};

/* Opens the root of the volume on `device`. Prints its own error. */
EFI_STATUS volume_open(EFI_HANDLE device, EFI_FILE_HANDLE *ret_root);

/*
 * Opens what `path`, in the firmware's form, names: a file or a directory, in a mode of
 * EFI_FILE_PROTOCOL.Open(). Says nothing. *ret_handle is NULL when it fails.
 */
EFI_STATUS efi_file_open(EFI_FILE_HANDLE root, CHAR16 *path, uint64_t mode,
                         EFI_FILE_HANDLE *ret_handle);

/* For CLEANUP(); also for what was never opened, NULL. */
void efi_file_close(EFI_FILE_HANDLE *handle);

/* The firmware's form of a path (UTF-8, \ or /, from the root); false when it is too long. */
bool path_to_ucs2(const char *path, CHAR16 ucs2[PATH_MAX_LENGTH]);

/*
 * Opens `path` (UTF-8, \ or /, from the root) for reading. Prints its own error. `path` must live
 * as long as the file.
 */
EFI_STATUS file_open(EFI_FILE_HANDLE root, const char *path, struct file *ret_file);

/* The same where the file may be missing: that is no error, and ret_file->handle is NULL then. */
EFI_STATUS file_open_optional(EFI_FILE_HANDLE root, const char *path, struct file *ret_file);

/* Reads exactly [offset, offset + size) to memory. Prints its own error. */
EFI_STATUS file_read(struct file *file, uint64_t offset, void *buffer, uint64_t size);

/* Reads a whole small file into the arena, with a NUL behind it. Prints its own error. */
EFI_STATUS file_read_all(struct file *file, uint64_t limit, struct arena *arena, char **ret_text);

/* Also for a file that was never opened, all zero. */
void file_close(struct file *file);
