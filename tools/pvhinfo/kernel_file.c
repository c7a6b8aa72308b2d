/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/kernel_file.h"

#include <string.h>

bool kernel_file_open(const char *path, struct arena *arena, struct kernel_file *ret_file,
                      struct pvh_error *ret_error)
{
    (void)arena; /* what a container holds will be unpacked into it */
    *ret_file = (struct kernel_file){.path = path, .elf = &ret_file->file.source};
    *ret_error = (struct pvh_error){.code = PVH_OK};
    if (!host_file_open(path, &ret_file->file))
        return pvh_fail(ret_error, PVH_ERROR_READ);
    return true;
}

bool kernel_file_is_elf(const struct kernel_file *file)
{
    char magic[4];

    return file->elf->size >= sizeof(magic) &&
           file->elf->read(file->elf, 0, magic, sizeof(magic)) &&
           memcmp(magic, "\177ELF", sizeof(magic)) == 0;
}

void kernel_file_close(struct kernel_file *file)
{
    host_file_close(&file->file);
}
