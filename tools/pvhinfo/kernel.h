/* SPDX-License-Identifier: BSD-2-Clause */
/* What there is to know about a kernel's file, whatever the machine. */
#pragma once

#include "common/image/elf.h"
#include "pvh/boot_info.h"
#include "tools/pvhinfo/host/status.h"
#include "tools/pvhinfo/kernel_file.h"

/* More than the loader's longest sentence. */
#define SENTENCE_SIZE 800

/* Every note once, in the order of the file's headers. Growing, in the arena. */
struct note_collection {
    struct note_visitor visitor;
    struct arena *arena;
    struct note *items;
    size_t count, capacity;
    bool failed; /* memory was short */
};

struct kernel {
    struct kernel_file file;
    struct elf_image image; /* what could be read of it: see elf_read_with_visitor() */
    struct note_collection notes;
    uint64_t memory_needed; /* bytes; see measure_memory() */
    enum status status;
    char sentence[SENTENCE_SIZE]; /* the loader's, without the file's name; "" when it boots */
};

/*
 * Reads a kernel's file. Prints nothing: status and sentence say what is wrong, and as much of the
 * rest is filled in as could be found out. To be closed in any case.
 */
void kernel_read(const char *path, struct arena *arena, struct kernel *ret_kernel);

/* Takes the sentence and the status of an error: the file's, or the host's. */
void kernel_set_error(struct kernel *kernel, const struct error *error);

/* "x86-64" */
const char *machine_name(const struct elf_image *image);

void kernel_close(struct kernel *kernel);
