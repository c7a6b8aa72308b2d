/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/boot_request.h"

#include "common/base/text.h"

bool boot_files_add(struct boot_files *files, struct arena *arena, struct volume *volume,
                    const char *path, const char *command)
{
    struct boot_file *file = arena_push(arena, (void **)&files->items, &files->capacity,
                                        files->count, sizeof(*files->items));

    if (!file)
        return false;
    *file = (struct boot_file){.volume = volume, .path = path, .command = command};
    files->count++;
    return true;
}

bool boot_files_add_with_arguments(struct boot_files *files, struct arena *arena,
                                   struct volume *volume, const char *path_and_arguments)
{
    const char *start = skip_spaces(path_and_arguments);
    size_t length = 0;
    const char *path;

    while (start[length] && !is_space(start[length]))
        length++;
    path = arena_strndup(arena, start, length);
    return path && boot_files_add(files, arena, volume, path, skip_spaces(start + length));
}

bool boot_files_add_bytes(struct boot_files *files, struct arena *arena, const char *name,
                          const uint8_t *bytes, uint64_t size, bool linux_only)
{
    struct boot_file *file;

    if (!boot_files_add(files, arena, NULL, name, ""))
        return false;
    file = &files->items[files->count - 1];
    file->bytes = bytes;
    file->size = size;
    file->linux_only = linux_only;
    return true;
}

const char *boot_files_find_command(const struct boot_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        if (*files->items[i].command)
            return files->items[i].path;
    }
    return NULL;
}

static void set_volume(struct boot_files *files, struct volume *volume)
{
    for (size_t i = 0; i < files->count; i++)
        files->items[i].volume = volume;
}

void boot_request_set_volume(struct boot_request *request, struct volume *volume)
{
    request->kernel.volume = volume;
    set_volume(&request->initrds, volume);
    set_volume(&request->modules, volume);
    set_volume(&request->extras, volume);
}
