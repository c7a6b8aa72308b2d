/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/boot_source.h"

#include "efi/console/progress.h"

bool boot_source_open(const struct boot_file *source, struct file *ret_file, struct error *error)
{
    if (source->bytes) {
        file_from_memory(source->path, source->bytes, source->size, ret_file);
        return true;
    }
    if (!file_open(source->volume, source->path, ret_file, error))
        return false;
    ret_file->on_read = progress_add;
    return true;
}
