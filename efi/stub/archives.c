/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/stub/archives.h"

#include "efi/boot/extra_archives.h"
#include "efi/firmware/pages.h"

/* The files of an archive, and where they are found. */
static const struct {
    uint8_t kind, place;
} archives[MEASURED_ARCHIVES] = {
    [MEASURED_CREDENTIALS] = {COMPANION_CREDENTIAL, PLACE_IMAGE},
    [MEASURED_GLOBAL_CREDENTIALS] = {COMPANION_CREDENTIAL, PLACE_CREDENTIALS},
    [MEASURED_SYSEXT] = {COMPANION_SYSEXT, PLACE_IMAGE},
    [MEASURED_GLOBAL_SYSEXT] = {COMPANION_SYSEXT, PLACE_EXTENSIONS},
    [MEASURED_CONFEXT] = {COMPANION_CONFEXT, PLACE_IMAGE},
    [MEASURED_GLOBAL_CONFEXT] = {COMPANION_CONFEXT, PLACE_EXTENSIONS},
};

/* Reads the files of a kind; they are in the arena. */
static bool read_files(struct stub *stub, const struct companions *companions,
                       enum measured_archive which, struct arena *arena, struct cpio_file *files,
                       size_t *ret_count, struct error *error)
{
    const struct companion_directory *directory = &companions->directories[archives[which].place];
    struct companion file;

    *ret_count = 0;
    for (size_t i = 0; i < directory->count; i++) {
        if (companion_kind_of(directory->names[i]) != archives[which].kind)
            continue;
        if (companion_read(stub, companions, directory, directory->names[i], arena, &file, error))
            files[(*ret_count)++] = (struct cpio_file){file.name, file.bytes, file.size};
        else if (!companion_skip(file.path, error))
            return false;
    }
    return true;
}

static bool add(struct stub *stub, const struct companions *companions, enum measured_archive which,
                struct error *error)
{
    const struct companion_directory *directory = &companions->directories[archives[which].place];
    struct boot_file *archive = &stub->trust->added.archives[which];
    CLEANUP(arena_release) struct arena arena;
    struct cpio_file *files;
    size_t count;

    pages_init_arena(&arena);
    if (directory->count == 0)
        return true;
    files = arena_alloc(&arena, directory->count, sizeof(*files));
    if (!files)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    if (!read_files(stub, companions, which, &arena, files, &count, error))
        return false;
    return count == 0 || extra_archive_make(which, files, count, stub->arena, archive, error) ||
           companion_skip(directory->path, error);
}

bool archives_add(struct stub *stub, const struct companions *companions, struct error *error)
{
    for (enum measured_archive which = 0; which < MEASURED_ARCHIVES; which++) {
        if (!add(stub, companions, which, error))
            return false;
    }
    return true;
}
