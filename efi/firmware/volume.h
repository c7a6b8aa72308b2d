/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Volumes: file systems that the firmware can read. Only efi/firmware uses their file handles.
 *
 * Paths are UTF-8 and as in common/base/path.h.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/base/path.h"

enum volume_kind {
    VOLUME_NONE,  /* not open */
    VOLUME_BOOT,  /* the volume that pvhboot was started from */
    VOLUME_OTHER, /* of another partition, perhaps read by a driver that is not the firmware's */
};

struct volume {
    enum volume_kind kind;
    const char *name;  /* for messages */
    EFI_HANDLE device; /* for device paths, to start programs */
    EFI_FILE_HANDLE root;
};

struct directory {
    EFI_FILE_HANDLE handle; /* NULL: the directory does not exist */
    const char *path;
};

/* Opens the file system on `device`, from which pvhboot was started. */
bool volume_open(EFI_HANDLE device, struct volume *ret_volume, struct error *error);

/*
 * Opens the file system on another partition; `name`, which is not copied, is for messages.
 * ERROR_VOLUME_NO_FILE_SYSTEM when there is none that the firmware can read.
 */
bool volume_open_other(EFI_HANDLE partition, const char *name, struct volume *ret_volume,
                       struct error *error);

static inline bool volume_is_open(const struct volume *volume)
{
    return volume->kind != VOLUME_NONE;
}

/* For CLEANUP(). The volume may be all zero, never opened. */
void volume_close(struct volume *volume);

/*
 * Opens a directory; the path must live as long as the directory is open. When it does not exist,
 * returns true and directory_is_open() is false.
 */
bool directory_open(const struct volume *volume, const char *path, struct directory *ret_directory,
                    struct error *error);

static inline bool directory_is_open(const struct directory *directory)
{
    return directory->handle != NULL;
}

/* Returns the next file's name in *ret_name, allocated in the arena; NULL at the end. */
bool directory_next(const struct directory *directory, struct arena *arena, const char **ret_name,
                    struct error *error);

/* The same for the next directory in it, but for those whose names begin with a dot. */
bool directory_next_directory(const struct directory *directory, struct arena *arena,
                              const char **ret_name, struct error *error);

/* For CLEANUP(). The directory may never have been opened. */
void directory_close(struct directory *directory);

/*
 * Renames a file within its directory and flushes that to the medium. EFI_WRITE_PROTECTED on a
 * read-only medium, EFI_BAD_BUFFER_SIZE for a name of more than 255 UCS-2 characters.
 */
EFI_STATUS volume_rename(const struct volume *volume, const char *path, const char *new_name);

/*
 * For efi/firmware only. Opens a file or directory; `path` is from path_to_utf16(), `mode` is that
 * of EFI_FILE_PROTOCOL.Open(). *ret_handle is NULL on failure.
 */
EFI_STATUS efi_file_open(EFI_FILE_HANDLE root, CHAR16 *path, uint64_t mode,
                         EFI_FILE_HANDLE *ret_handle);

/* For CLEANUP(). The handle may be NULL. */
void efi_file_close(EFI_FILE_HANDLE *handle);
