/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel's file: what it is wrapped in, and the ELF in it. All that pvhinfo knows of containers
 * is behind this interface.
 */
#pragma once

#include "common/image/unpack.h"
#include "tools/pvhinfo/host/file.h"

/* A bzImage and what packs its payload are two. */
#define KERNEL_FILE_CONTAINERS (2 * (UNPACK_DEPTH + 1))

struct kernel_file {
    const char *path;
    struct host_file file;
    const char *containers[KERNEL_FILE_CONTAINERS]; /* by name, outermost first */
    size_t container_count;
    bool whole;              /* opened and unpacked, every checksum right */
    struct byte_source *elf; /* what the containers hold, or the file itself */

    /* Private. */
    struct unpack unpack;
    struct memory_source unpacked;
    uint8_t *bytes; /* of `unpacked` */
};

/*
 * Opens and unpacks. False with *ret_error: ERROR_READ when file.reason says why the file
 * could not be read, else what is wrong with a container. To be closed in any case.
 */
bool kernel_file_open(const char *path, struct arena *arena, struct kernel_file *ret_file,
                      struct error *ret_error);

/* True when there is an ELF, though maybe no kernel. */
bool kernel_file_is_elf(const struct kernel_file *file);

void kernel_file_close(struct kernel_file *file);
