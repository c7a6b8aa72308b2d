/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/manager/boot_counter.h"

#include "common/base/overflow.h"
#include "efi/firmware/efi_error.h"
#include "efi/firmware/file.h"
#include "efi/firmware/volume.h"

#include <string.h>

/* The path of the entry's file under another name; NULL when out of memory. */
static const char *path_as(const struct boot_entry *entry, const char *name, struct arena *arena)
{
    struct entry_source source = entry->source;

    source.file_name = name;
    return entry_source_path(&source, arena);
}

/* Whether there is such a file: not all firmware refuses to rename another file to it. */
static bool is_taken(const struct volume *volume, const char *path)
{
    CLEANUP(file_close) struct file file = {.path = path};
    struct error ignored = {.code = ERROR_NONE};

    return file_open_optional(volume, path, &file, &ignored) && file_is_open(&file);
}

/* Gives all entries of the file its new name: an image has one for each of its profiles. */
static void set_name(struct entry_list *list, const struct entry_source *old, const char *name,
                     const char *path)
{
    for (size_t i = 0; i < list->count; i++) {
        struct boot_entry *entry = &list->items[i];

        if (entry->source.kind != old->kind || entry->source.volume != old->volume ||
            strcmp(entry->source.file_name, old->file_name) != 0)
            continue;
        entry_set_file_name(entry, name);
        if (old->kind == ENTRY_TYPE2)
            entry->efi.path = path;
    }
}

/*
 * Renames the file to the first of its next names that is not taken. "+3" becomes "+2-1": a name
 * that gets too long for the file system is tried without the tries done.
 */
static EFI_STATUS use_try(struct entry_list *list, const struct boot_entry *entry,
                          const char *old_path, struct arena *arena)
{
    const struct entry_source old = entry->source;
    EFI_STATUS status = EFI_ACCESS_DENIED;

    for (unsigned taken = 0; taken < BOOT_COUNT_NAMES; taken++) {
        const char *name = entry_next_file_name(entry, taken, arena);
        const char *path = name ? path_as(entry, name, arena) : NULL;

        if (!path)
            return EFI_OUT_OF_RESOURCES;
        if (is_taken(old.volume, path))
            continue;
        status = volume_rename(old.volume, old_path, name);
        if (!EFI_ERROR(status))
            set_name(list, &old, name, path);
        if (status != EFI_BAD_BUFFER_SIZE && status != EFI_INVALID_PARAMETER)
            return status;
        taken = max_u64(taken, BOOT_COUNT_NAMES - 2);
    }
    return status;
}

bool boot_counter_use_try(struct entry_list *list, size_t index, struct arena *arena,
                          struct error *error)
{
    const struct boot_entry *entry = &list->items[index];
    const char *path;
    EFI_STATUS status;

    if (!entry->count.counted || entry->count.left == 0)
        return true;
    path = entry_source_path(&entry->source, arena);
    if (!path)
        return error_set_efi_for(error, entry->source.file_name, EFI_OUT_OF_RESOURCES,
                                 ERROR_NOT_COUNTED);
    status = use_try(list, entry, path, arena);
    return !EFI_ERROR(status) || error_set_efi_for(error, path, status, ERROR_NOT_COUNTED);
}
