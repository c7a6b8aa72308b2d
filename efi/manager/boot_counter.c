/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/manager/boot_counter.h"

#include "common/base/overflow.h"
#include "efi/firmware/efi_error.h"
#include "efi/firmware/file.h"
#include "efi/firmware/volume.h"

/* Whether there is a file of this name: not all firmware refuses to rename another file to it. */
static bool is_taken(const struct boot_entry *entry, const char *name, struct arena *arena)
{
    struct entry_source source = entry->source;
    CLEANUP(file_close) struct file file = {.handle = NULL};
    struct error ignored = {.code = ERROR_NONE};
    const char *path;

    source.file_name = name;
    path = entry_source_path(&source, arena);
    return path && file_open_optional(source.volume, path, &file, &ignored) && file_is_open(&file);
}

/*
 * Renames the file to the first of its next names that is not taken. "+3" becomes "+2-1": a name
 * that gets too long for the file system is tried without the tries done.
 */
static EFI_STATUS use_try(struct boot_entry *entry, const char *path, struct arena *arena)
{
    EFI_STATUS status = EFI_ACCESS_DENIED;

    for (unsigned taken = 0; taken < BOOT_COUNT_NAMES; taken++) {
        const char *name = entry_next_file_name(entry, taken, arena);

        if (!name)
            return EFI_OUT_OF_RESOURCES;
        if (is_taken(entry, name, arena))
            continue;
        status = volume_rename(entry->source.volume, path, name);
        if (!EFI_ERROR(status))
            entry_set_file_name(entry, name);
        if (status != EFI_BAD_BUFFER_SIZE && status != EFI_INVALID_PARAMETER)
            return status;
        taken = max_u64(taken, BOOT_COUNT_NAMES - 2);
    }
    return status;
}

bool boot_counter_use_try(struct boot_entry *entry, struct arena *arena, struct error *error)
{
    const char *path;
    EFI_STATUS status;

    if (!entry->count.counted || entry->count.left == 0)
        return true;
    path = entry_source_path(&entry->source, arena);
    if (!path)
        return error_set_efi_for(error, entry->source.file_name, EFI_OUT_OF_RESOURCES,
                                 ERROR_NOT_COUNTED);
    status = use_try(entry, path, arena);
    return !EFI_ERROR(status) || error_set_efi_for(error, path, status, ERROR_NOT_COUNTED);
}
