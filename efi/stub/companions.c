/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/stub/companions.h"

#include "common/base/sort.h"
#include "common/base/text.h"
#include "common/bls/boot_count.h"
#include "efi/console/console.h"
#include "efi/firmware/device_path.h"
#include "efi/firmware/file.h"
#include "efi/firmware/file_system.h"

#include <string.h>

#define IMAGE_SUFFIX ".efi"
#define EXTRA_SUFFIX ".extra.d"

bool companion_skip(const char *path, struct error *error)
{
    if (error->code == ERROR_OUT_OF_MEMORY)
        return false;
    (void)error_name(error, path);
    (void)console_print_error(error, NULL);
    console_warn(ERROR_COMPANION_IGNORED, path);
    error_clear(error);
    return true;
}

/* "" if it is not known what file our image was loaded from; NULL when out of memory. */
static const char *image_directory(const struct stub *stub)
{
    const char *file = device_path_file_name(stub->loaded->FilePath, stub->arena);
    const char *suffix;
    struct text path;
    size_t length;

    if (!file || !*file)
        return file;
    length = boot_count_id_length(file, IMAGE_SUFFIX);
    suffix = text_ends_with_ignoring_case(file, IMAGE_SUFFIX) ? IMAGE_SUFFIX : "";
    path = (struct text){NULL, length + sizeof(IMAGE_SUFFIX EXTRA_SUFFIX), 0};
    path.data = arena_alloc(stub->arena, path.size, 1);
    if (path.data)
        text_format(&path, "%.*s%s" EXTRA_SUFFIX, (int)length, file, suffix);
    return path.data;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool list_files(const struct directory *open, struct companion_directory *directory,
                       struct arena *arena, struct error *error)
{
    const char *name;

    for (;;) {
        const char **slot;

        if (!directory_next(open, arena, &name, error))
            return false;
        if (!name)
            break;
        if (companion_kind_of(name) == COMPANION_NONE)
            continue;
        slot = arena_push(arena, (void **)&directory->names, &directory->capacity, directory->count,
                          sizeof(*slot));
        if (!slot)
            return error_set(error, ERROR_OUT_OF_MEMORY);
        *slot = name;
        directory->count++;
    }
    sort((void *)directory->names, directory->count, sizeof(*directory->names), compare_names);
    return true;
}

/* Half a directory is none: what was listed before the fault is left out, too. */
static bool list(const struct volume *volume, struct companion_directory *directory,
                 struct arena *arena, struct error *error)
{
    CLEANUP(directory_close) struct directory open = {.handle = NULL};

    if (directory_open(volume, directory->path, &open, error) &&
        (!directory_is_open(&open) || list_files(&open, directory, arena, error)))
        return true;
    directory->count = 0;
    return companion_skip(directory->path, error);
}

/* A volume without a file system is one that no file is beside. */
static bool open_volume(const struct stub *stub, struct companions *companions, struct error *error)
{
    if (file_system_open(stub->loaded->DeviceHandle, &companions->volume, error))
        return true;
    if (error->code != ERROR_VOLUME_NO_FILE_SYSTEM)
        (void)console_print_error(error, NULL);
    error_clear(error);
    return false;
}

static void leave_all(struct stub *stub, struct companions *companions)
{
    for (size_t i = 0; i < COMPANION_PLACES; i++) {
        if (companions->directories[i].count == 0)
            continue;
        (void)console_print_error(&stub->trust->why_unknown, NULL);
        console_warn(ERROR_COMPANION_IGNORED, companions->directories[i].path);
        companions->directories[i].count = 0;
    }
}

bool companions_find(struct stub *stub, struct companions *ret_companions, struct error *error)
{
    static const char paths[PLACE_IMAGE][20] = {
        [PLACE_ADDONS] = "\\loader\\addons",
        [PLACE_CREDENTIALS] = "\\loader\\credentials",
        [PLACE_EXTENSIONS] = "\\loader\\extensions",
    };
    const char *own = image_directory(stub);
    struct companion_directory *directories = ret_companions->directories;

    *ret_companions = (struct companions){.volume = {.kind = VOLUME_NONE}};
    for (size_t i = 0; i < PLACE_IMAGE; i++)
        directories[i].path = paths[i];
    directories[PLACE_IMAGE].path = own;
    if (!own)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    if (!open_volume(stub, ret_companions, error))
        return true;
    for (size_t i = 0; i < COMPANION_PLACES; i++) {
        if (*directories[i].path &&
            !list(&ret_companions->volume, &directories[i], stub->arena, error))
            return false;
    }
    if (policy_judge_input(stub->trust->state, OUTSIDE_ADDON, false).action == POLICY_IGNORE)
        leave_all(stub, ret_companions);
    return true;
}

void companions_close(struct companions *companions)
{
    volume_close(&companions->volume);
}

bool companion_read(struct stub *stub, const struct companions *companions,
                    const struct companion_directory *directory, const char *name,
                    struct arena *arena, struct companion *ret_file, struct error *error)
{
    CLEANUP(file_close) struct file file = {.path = NULL};
    char *bytes;

    *ret_file = (struct companion){.name = name,
                                   .path = text_join(directory->path, '\\', name, stub->arena)};
    if (!ret_file->path)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    if (!file_open(&companions->volume, ret_file->path, &file, error))
        return false;
    if (!file_read_all(&file, file.source.size, arena, &bytes, error))
        return false;
    ret_file->bytes = (const uint8_t *)bytes;
    ret_file->size = file.source.size;
    return true;
}
