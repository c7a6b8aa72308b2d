/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/stub/archives.h"

#include "common/uki/cpio.h"
#include "efi/firmware/pages.h"

/* The directories and modes of systemd-stub: only root may read credentials. */
static const struct {
    char directory[27];
    uint16_t directory_mode, file_mode;
    uint8_t kind, place;
} archives[MEASURED_ARCHIVES] = {
    [MEASURED_CREDENTIALS] = {".extra/credentials", 0500, 0400, COMPANION_CREDENTIAL, PLACE_IMAGE},
    [MEASURED_GLOBAL_CREDENTIALS] = {".extra/global_credentials", 0500, 0400, COMPANION_CREDENTIAL,
                                     PLACE_CREDENTIALS},
    [MEASURED_SYSEXT] = {".extra/sysext", 0555, 0444, COMPANION_SYSEXT, PLACE_IMAGE},
    [MEASURED_GLOBAL_SYSEXT] = {".extra/global_sysext", 0555, 0444, COMPANION_SYSEXT,
                                PLACE_EXTENSIONS},
    [MEASURED_CONFEXT] = {".extra/confext", 0555, 0444, COMPANION_CONFEXT, PLACE_IMAGE},
    [MEASURED_GLOBAL_CONFEXT] = {".extra/global_confext", 0555, 0444, COMPANION_CONFEXT,
                                 PLACE_EXTENSIONS},
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

/* The archive lies in the stub's arena, to be copied to its place in the initrd. */
static bool write_archive(struct stub *stub, enum measured_archive which,
                          const struct cpio_archive *archive, struct error *error)
{
    struct boot_file *added = &stub->trust->added.archives[which];
    uint64_t size;
    const uint8_t *bytes = cpio_make(archive, stub->arena, &size);

    if (!bytes)
        return error_set_for(error, archive->directory, ERROR_FILE_NO_MEMORY) ||
               companion_skip(archive->directory, error);
    *added = (struct boot_file){.path = archive->directory, .bytes = bytes, .size = size};
    return true;
}

static bool add(struct stub *stub, const struct companions *companions, enum measured_archive which,
                struct error *error)
{
    size_t most = companions->directories[archives[which].place].count;
    CLEANUP(arena_release) struct arena arena;
    struct cpio_file *files;
    struct cpio_archive archive = {
        .directory = archives[which].directory,
        .directory_mode = archives[which].directory_mode,
        .file_mode = archives[which].file_mode,
    };

    pages_init_arena(&arena);
    if (most == 0)
        return true;
    files = arena_alloc(&arena, most, sizeof(*files));
    if (!files)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    if (!read_files(stub, companions, which, &arena, files, &archive.count, error))
        return false;
    archive.files = files;
    return archive.count == 0 || write_archive(stub, which, &archive, error);
}

bool archives_add(struct stub *stub, const struct companions *companions, struct error *error)
{
    for (enum measured_archive which = 0; which < MEASURED_ARCHIVES; which++) {
        if (!add(stub, companions, which, error))
            return false;
    }
    return true;
}
