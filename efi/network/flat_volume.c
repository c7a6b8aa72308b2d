/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/network/flat_volume.h"

#include "common/network/netboot.h"
#include "efi/network/entry_directory.h"
#include "efi/network/network.h"

static struct {
    const struct volume_operations *files; /* of the file system itself */
    struct volume_operations operations;   /* the same with what is below */
    bool is_known, is_flat;
} flat;

static const struct volume_operations list_operations = {
    .next_name = entry_directory_next,
    .close_directory = entry_directory_close,
};

/* A disk that was transferred into RAM is on a network card's path as well. */
static bool is_flat(const struct volume *volume)
{
    struct network_path path;

    if (!flat.is_known) {
        network_path_of(volume->device, &path);
        flat.is_flat = path.has_mac && !path.has_media;
        flat.is_known = true;
    }
    return flat.is_flat;
}

static bool open_file(const struct volume *volume, const char *path, struct volume_file *file,
                      struct error *error)
{
    const char *name;

    if (flat.files->open_file(volume, path, file, error))
        return true;
    name = file->is_missing ? netboot_flat_name(path) : NULL;
    if (!name || !is_flat(volume))
        return false;
    file->is_missing = false;
    error_clear(error);
    return flat.files->open_file(volume, name, file, error);
}

static bool open_directory(const struct volume *volume, const char *path,
                           struct directory *directory, struct error *error)
{
    if (!flat.files->open_directory(volume, path, directory, error))
        return false;
    if (directory_is_open(directory) || !netboot_is_entries(path) || !is_flat(volume))
        return true;
    directory->operations = &list_operations;
    return entry_directory_open(volume, path, directory, error);
}

static bool has_device_paths(const struct volume *volume)
{
    return !is_flat(volume);
}

void flat_volume_take(struct volume *volume)
{
    flat.files = volume->operations;
    flat.operations = *volume->operations;
    flat.operations.has_device_paths = has_device_paths;
    flat.operations.open_file = open_file;
    flat.operations.open_directory = open_directory;
    flat.is_known = false;
    volume->operations = &flat.operations;
}
