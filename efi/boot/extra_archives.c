/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/extra_archives.h"

#include "common/base/text.h"
#include "common/uki/companion.h"
#include "efi/boot/pinned_files.h"
#include "efi/firmware/file.h"
#include "efi/firmware/pages.h"

/* The directories and modes of systemd-stub: only root may read credentials. */
static const struct {
    char directory[27];
    uint16_t directory_mode, file_mode;
} archive_forms[MEASURED_ARCHIVES] = {
    [MEASURED_CREDENTIALS] = {".extra/credentials", 0500, 0400},
    [MEASURED_GLOBAL_CREDENTIALS] = {".extra/global_credentials", 0500, 0400},
    [MEASURED_SYSEXT] = {".extra/sysext", 0555, 0444},
    [MEASURED_GLOBAL_SYSEXT] = {".extra/global_sysext", 0555, 0444},
    [MEASURED_CONFEXT] = {".extra/confext", 0555, 0444},
    [MEASURED_GLOBAL_CONFEXT] = {".extra/global_confext", 0555, 0444},
};

bool extra_archive_make(enum measured_archive which, const struct cpio_file *files, size_t count,
                        struct arena *arena, struct boot_file *ret_archive, struct error *error)
{
    const struct cpio_archive archive = {
        .directory = archive_forms[which].directory,
        .directory_mode = archive_forms[which].directory_mode,
        .file_mode = archive_forms[which].file_mode,
        .files = files,
        .count = count,
    };
    uint64_t size;
    const uint8_t *bytes = cpio_make(&archive, arena, &size);

    if (!bytes)
        return error_set_for(error, archive.directory, ERROR_FILE_NO_MEMORY);
    *ret_archive = (struct boot_file){.path = archive.directory, .bytes = bytes, .size = size};
    return true;
}

static bool read_extra(struct trust *trust, const struct boot_file *extra, bool need_pins,
                       struct arena *arena, struct cpio_file *ret_file, struct error *error)
{
    CLEANUP(file_close) struct file file = {.path = NULL};
    char *bytes;

    if (need_pins && policy_is_enforced(trust->state) && !pins_find(&trust->pins, extra->path))
        return error_set_for(error, extra->path, ERROR_INITRD_UNSIGNED);
    if (!file_open(extra->volume, extra->path, &file, error) ||
        !file_read_all(&file, file.source.size, arena, &bytes, error))
        return false;
    *ret_file =
        (struct cpio_file){path_base_name(extra->path), (const uint8_t *)bytes, file.source.size};
    return pinned_check_bytes(trust, extra->path, ret_file->bytes, ret_file->size, error);
}

/* Those of one kind, in the order of the entry's lines. */
static bool read_kind(struct trust *trust, const struct boot_files *extras, bool need_pins,
                      enum companion_kind kind, struct arena *arena, struct cpio_file *files,
                      size_t *ret_count, struct error *error)
{
    *ret_count = 0;
    for (size_t i = 0; i < extras->count; i++) {
        if (companion_kind_of(path_base_name(extras->items[i].path)) != kind)
            continue;
        if (!read_extra(trust, &extras->items[i], need_pins, arena, &files[*ret_count], error))
            return false;
        ++*ret_count;
    }
    return true;
}

bool extra_archives_read(struct trust *trust, const struct boot_files *extras, bool need_pins,
                         struct arena *arena, struct boot_file archives[MEASURED_ARCHIVES],
                         struct error *error)
{
    static const struct {
        uint8_t kind, archive;
    } kinds[] = {
        {COMPANION_CREDENTIAL, MEASURED_CREDENTIALS},
        {COMPANION_SYSEXT, MEASURED_SYSEXT},
        {COMPANION_CONFEXT, MEASURED_CONFEXT},
    };
    CLEANUP(arena_release) struct arena scratch;
    struct cpio_file *files;

    pages_init_arena(&scratch);
    if (extras->count == 0)
        return true;
    files = arena_alloc(&scratch, extras->count, sizeof(*files));
    if (!files)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    for (size_t i = 0; i < ELEMENTS(kinds); i++) {
        enum measured_archive which = (enum measured_archive)kinds[i].archive;
        size_t count;

        if (!read_kind(trust, extras, need_pins, (enum companion_kind)kinds[i].kind, &scratch,
                       files, &count, error))
            return false;
        if (count > 0 && !extra_archive_make(which, files, count, arena, &archives[which], error))
            return false;
    }
    return true;
}

bool extra_archives_measure(struct measurements *measurements,
                            const struct boot_file archives[MEASURED_ARCHIVES], struct error *error)
{
    for (enum measured_archive kind = 0; kind < MEASURED_ARCHIVES; kind++) {
        if (archives[kind].size > 0 &&
            !measure_archive(measurements, kind, archives[kind].bytes, archives[kind].size, error))
            return false;
    }
    return true;
}

bool extra_archives_append(const struct boot_file archives[MEASURED_ARCHIVES], struct arena *arena,
                           struct boot_files *initrds)
{
    for (size_t i = 0; i < MEASURED_ARCHIVES; i++) {
        if (archives[i].size > 0 &&
            !boot_files_add_bytes(initrds, arena, archives[i].path, archives[i].bytes,
                                  archives[i].size, true))
            return false;
    }
    return true;
}
