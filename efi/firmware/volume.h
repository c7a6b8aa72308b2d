/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Volumes: file systems that the firmware reads. Nothing outside efi/firmware sees their handles.
 *
 * Paths are UTF-8 with \ or / and start at the volume's root.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"
#include "common/base/error.h"

#define PATH_MAX_LENGTH 1024 /* UCS-2 characters, with the NUL */

enum volume_kind {
    VOLUME_NONE, /* not open */
    VOLUME_BOOT, /* the one that pvhboot was started from */
};

struct volume {
    enum volume_kind kind;
    const char *name;  /* for messages */
    EFI_HANDLE device; /* also for device paths and for starting programs */
    EFI_FILE_HANDLE root;
    bool read_only; /* the medium; the file system may refuse besides */
};

struct directory {
    EFI_FILE_HANDLE handle; /* NULL: there is no such directory */
    const char *path;
};

/* Opens the volume on `device`, the one that pvhboot was started from. */
bool volume_open(EFI_HANDLE device, struct volume *ret_volume, struct error *error);

/* For CLEANUP(); also for one that was never opened, all zero. */
void volume_close(struct volume *volume);

/*
 * Opens a directory, whose path must live as long. One that is missing is no error: the handle is
 * NULL then.
 */
bool directory_open(const struct volume *volume, const char *path, struct directory *ret_directory,
                    struct error *error);

static inline bool directory_is_open(const struct directory *directory)
{
    return directory->handle != NULL;
}

/* The next name, in the arena; NULL at the end. */
bool directory_next(const struct directory *directory, struct arena *arena, const char **ret_name,
                    struct error *error);

/* For CLEANUP(); also for one that was never opened. */
void directory_close(struct directory *directory);

/* Gives a file another name in its directory, and writes that to the medium. */
EFI_STATUS volume_rename(const struct volume *volume, const char *path, const char *new_name);

/*
 * For efi/firmware only. Opens what `path`, in the firmware's form, names: a file or a directory,
 * in a mode of EFI_FILE_PROTOCOL.Open(). *ret_handle is NULL when it fails.
 */
EFI_STATUS efi_file_open(EFI_FILE_HANDLE root, CHAR16 *path, uint64_t mode,
                         EFI_FILE_HANDLE *ret_handle);

/* For CLEANUP(); also for what was never opened, NULL. */
void efi_file_close(EFI_FILE_HANDLE *handle);

/* The firmware's form of a path; false when it is too long. */
bool path_to_ucs2(const char *path, CHAR16 ucs2[PATH_MAX_LENGTH]);
