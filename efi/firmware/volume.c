/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/volume.h"

void volume_close(struct volume *volume)
{
    if (volume_is_open(volume))
        volume->operations->close(volume);
    volume->kind = VOLUME_NONE;
}

bool directory_open(const struct volume *volume, const char *path, struct directory *ret_directory,
                    struct error *error)
{
    *ret_directory = (struct directory){.operations = volume->operations, .path = path};
    return volume->operations->open_directory(volume, path, ret_directory, error);
}

bool directory_next(const struct directory *directory, struct arena *arena, const char **ret_name,
                    struct error *error)
{
    return directory->operations->next_name(directory, false, arena, ret_name, error);
}

bool directory_next_directory(const struct directory *directory, struct arena *arena,
                              const char **ret_name, struct error *error)
{
    return directory->operations->next_name(directory, true, arena, ret_name, error);
}

void directory_close(struct directory *directory)
{
    if (directory_is_open(directory))
        directory->operations->close_directory(directory);
    directory->handle = NULL;
}

EFI_STATUS volume_rename(const struct volume *volume, const char *path, const char *new_name)
{
    if (!volume->operations->rename)
        return EFI_WRITE_PROTECTED;
    return volume->operations->rename(volume, path, new_name);
}
