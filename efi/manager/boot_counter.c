/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/manager/boot_counter.h"

#include "efi/firmware/efi_error.h"
#include "efi/firmware/volume.h"

bool boot_counter_use_try(struct boot_entry *entry, struct arena *arena, struct error *error)
{
    const char *path, *name;
    EFI_STATUS status;

    if (!entry->count.counted || entry->count.left == 0)
        return true;
    path = entry_source_path(&entry->source, arena);
    name = entry_next_file_name(entry, arena);
    if (!path || !name)
        return error_set_efi_for(error, entry->source.file_name, EFI_OUT_OF_RESOURCES,
                                 ERROR_NOT_COUNTED);
    status = volume_rename(entry->source.volume, path, name);
    if (EFI_ERROR(status))
        return error_set_efi_for(error, path, status, ERROR_NOT_COUNTED);
    entry_set_file_name(entry, name);
    return true;
}
