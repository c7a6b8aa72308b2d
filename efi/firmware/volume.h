/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Volumes: where files come from. A file system that the firmware can read is one
 * (efi/firmware/file_system.h), a server on the network another (efi/network/); what is above
 * efi/firmware does not know which. Files are read through efi/firmware/file.h.
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
    const struct volume_operations *operations;
    void *handle; /* for its operations only */
};

/* An open file of a volume, for its operations and efi/firmware/file.c only. */
struct volume_file {
    const struct volume_operations *operations;
    void *handle;                    /* for the operations only; NULL: not open */
    uint64_t size;                   /* in bytes */
    const char *path;                /* as given by the user, for messages */
    void (*on_read)(uint64_t bytes); /* called as the file is read, for progress; may be NULL */
    bool is_missing;                 /* there is no such file */
    struct {
        EFI_HANDLE device; /* of the volume */
        uint64_t position; /* of the firmware's handle, to avoid needless seeks */
        uint64_t chunk;    /* the largest read that the firmware has not refused, in bytes */
    } file_system;         /* for efi/firmware/file_system.c only */
};

struct directory {
    const struct volume_operations *operations;
    void *handle; /* for the operations only; NULL: the directory does not exist */
    const char *path;
    const char *looked_for; /* files that stand for it on a server; NULL on a file system */
};

/*
 * What a kind of volume implements. Its functions release what they took when they fail, and set an
 * error with the name of the file or directory.
 */
struct volume_operations {
    /*
     * Whether reading a part of a file costs as much as reading all of it. Such files are read
     * whole where that can be chosen, and are not read at all merely to look at them.
     */
    bool reads_whole_files;

    /*
     * Whether the firmware finds the files itself, by the path of the device and their own. NULL:
     * it does not.
     */
    bool (*has_device_paths)(const struct volume *volume);

    /* Whether each file that is looked for is a question to a server. */
    bool is_server;

    /* Whether it calls file->on_read itself, while read() goes on. */
    bool reports_progress;

    /*
     * Opens `path` on the volume, of which file->path may be more: sets handle and size of the
     * file, whose other members are set. When there is no such file, is_missing is set as well.
     */
    bool (*open_file)(const struct volume *volume, const char *path, struct volume_file *file,
                      struct error *error);

    /*
     * Reads from 1 up to `size` of the bytes at `offset`, all within the file; *ret_count are then
     * in `buffer`.
     */
    bool (*read)(struct volume_file *file, uint64_t offset, void *buffer, uint64_t size,
                 uint64_t *ret_count, struct error *error);

    void (*close_file)(struct volume_file *file);

    /* The same as directory_open(); sets the handle. */
    bool (*open_directory)(const struct volume *volume, const char *path,
                           struct directory *directory, struct error *error);

    /* Like directory_next() or, for `directories`, directory_next_directory(). */
    bool (*next_name)(const struct directory *directory, bool directories, struct arena *arena,
                      const char **ret_name, struct error *error);

    void (*close_directory)(struct directory *directory);

    /* The same as volume_rename(); NULL: the volume is write-protected. */
    EFI_STATUS (*rename)(const struct volume *volume, const char *path, const char *new_name);

    void (*close)(struct volume *volume);
};

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
