/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel file: its containers, and the ELF file inside. Everything in pvhinfo that knows about
 * containers is behind this interface.
 */
#pragma once

#include "common/image/unpack.h"
#include "tools/pvhinfo/host/file.h"

/* A bzImage and the format of its payload count as two. */
#define KERNEL_FILE_CONTAINERS (2 * (UNPACK_DEPTH + 1))

struct kernel_file {
    const char *path;
    struct host_file file;
    const char *containers[KERNEL_FILE_CONTAINERS]; /* by name, outermost first */
    size_t container_count;
    bool complete;           /* opened and unpacked, all checksums correct */
    struct byte_source *elf; /* the content of the containers, or the file itself */

    /* Private. */
    struct part_source part; /* what is read of `file` */
    struct unpack unpack;
    struct memory_source unpacked;
    uint8_t *bytes; /* of `unpacked` */
};

/*
 * Opens and unpacks a kernel file, or the part of a file that is a kernel; what is outside the file
 * does not count. `name` is the kernel's for the user. Fails with ERROR_READ if the file cannot be
 * read (file.reason says why), or with the error of a container. Always call kernel_file_close()
 * afterwards.
 */
bool kernel_file_open(const char *path, const char *name, struct range part, struct arena *arena,
                      struct kernel_file *ret_file, struct error *ret_error);

/* True if it contains an ELF file, which may not be a kernel. */
bool kernel_file_is_elf(const struct kernel_file *file);

void kernel_file_close(struct kernel_file *file);
