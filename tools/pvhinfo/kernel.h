/* SPDX-License-Identifier: BSD-2-Clause */
/* Everything about a kernel file that does not depend on the machine. */
#pragma once

#include "common/image/elf.h"
#include "pvh/boot_info.h"
#include "tools/pvhinfo/host/status.h"
#include "tools/pvhinfo/kernel_file.h"

/* Longer than the loader's longest message. */
#define MESSAGE_SIZE 800

/* All notes, each once, in the order of the file's headers. A growing list in the arena. */
struct note_collection {
    struct note_visitor visitor;
    struct arena *arena;
    struct note *items;
    size_t count, capacity;
    bool failed; /* out of memory */
};

struct kernel {
    struct kernel_file file;
    struct elf_image image; /* as far as it could be read: see elf_read_with_visitor() */
    struct note_collection notes;
    uint64_t memory_needed; /* bytes; see measure_memory() */
    enum status status;
    char message[MESSAGE_SIZE]; /* the loader's, without the file's name; "" if bootable */
};

/*
 * Reads a kernel file. Prints nothing: `status` and `message` say what is wrong; the other members
 * are filled in as far as possible. Always call kernel_close() afterwards.
 */
void kernel_read(const char *path, struct arena *arena, struct kernel *ret_kernel);

/* The same for the part of a file, which messages call `name`. */
void kernel_read_part(const char *path, const char *name, struct range part, struct arena *arena,
                      struct kernel *ret_kernel);

/* Sets `status` and `message` from an error of the kernel or of the host. */
void kernel_set_error(struct kernel *kernel, const struct error *error);

/* As kernel_is_linux() of efi/boot/kernel_file.h. */
bool kernel_is_linux(const struct kernel *kernel);

/* "x86-64" or "i386". */
const char *machine_name(const struct elf_image *image);

void kernel_close(struct kernel *kernel);
