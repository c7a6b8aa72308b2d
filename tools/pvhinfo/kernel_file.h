/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel's file: what it is wrapped in, and the ELF in it. All that pvhinfo knows of containers
 * is behind this interface.
 */
#pragma once

#include "common/arena.h"
#include "pvh/error.h"
#include "tools/pvhinfo/host_file.h"

struct kernel_file {
    const char *path;
    struct host_file file;
    const char *container;  /* in words; NULL when the file is in none */
    struct pvh_source *elf; /* what the container holds, or the file itself */
};

/*
 * Opens and unpacks. False with *ret_error: PVH_ERROR_READ when file.reason says why the file
 * could not be read, else what is wrong with the container.
 */
bool kernel_file_open(const char *path, struct arena *arena, struct kernel_file *ret_file,
                      struct pvh_error *ret_error);

/* True when there is an ELF, though maybe no kernel. */
bool kernel_file_is_elf(const struct kernel_file *file);

void kernel_file_close(struct kernel_file *file);
