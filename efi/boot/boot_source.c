/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/boot_source.h"

#include "efi/console/console.h"
#include "efi/console/progress.h"
#include "efi/firmware/initrd_media.h"

bool boot_source_open(const struct boot_file *source, struct file *ret_file, struct error *error)
{
    if (source->bytes) {
        file_from_memory(source->path, source->bytes, source->size, ret_file);
        return true;
    }
    if (!file_open(source->volume, source->path, ret_file, error))
        return false;
    file_set_progress(ret_file, progress_add);
    return true;
}

bool initrd_add_offered(enum secure_boot state, bool has_own, struct arena *arena,
                        struct boot_files *initrds, struct error *error)
{
    struct policy_verdict verdict = policy_judge_input(state, OUTSIDE_INITRD, has_own);
    struct initrd_media media;
    uint8_t *bytes;

    if (!initrd_media_find(&media, error))
        return false;
    if (media.size == 0)
        return true;
    if (verdict.action == POLICY_REFUSE)
        return error_set_for(error, INITRD_MEDIA_NAME, verdict.error);
    if (verdict.action == POLICY_IGNORE) {
        console_warn(verdict.error, INITRD_MEDIA_NAME);
        return true;
    }
    bytes = arena_alloc_bulk(arena, media.size);
    if (!bytes)
        return error_set_for(error, INITRD_MEDIA_NAME, ERROR_FILE_NO_MEMORY);
    return initrd_media_load(&media, bytes, error) &&
           (boot_files_add_bytes(initrds, arena, INITRD_MEDIA_NAME, bytes, media.size, has_own) ||
            error_set(error, ERROR_OUT_OF_MEMORY));
}
