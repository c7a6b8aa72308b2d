/* SPDX-License-Identifier: BSD-2-Clause */
/* What to boot, wherever it was said: on the command line or in an entry file. */
#pragma once

#include "common/base/arena.h"

#include <stdbool.h>

/* A file system: the firmware's in the loader. Pure code passes it on and never looks inside. */
struct volume;

/* A file that is named but not opened yet. */
struct boot_file {
    struct volume *volume; /* NULL until it is known: see boot_request_set_volume() */
    const char *path;      /* UTF-8, with \ or /, from the volume's root */
    const char *command;   /* of a module; "" for none */
};

/* A growing list in the arena. */
struct boot_files {
    struct boot_file *items;
    size_t count, capacity;
};

struct boot_request {
    const char *title;       /* for people; NULL when nothing gave one */
    struct boot_file kernel; /* its path is NULL when none was named */
    const char *command_line;
    struct boot_files initrds; /* together they are the first module */
    struct boot_files modules; /* the others, in order */
    bool overwrite_nvs;        /* the kernel may take ACPI NVS if it cannot be moved */
};

/* False when memory is short. The strings are not copied. */
bool boot_files_add(struct boot_files *files, struct arena *arena, struct volume *volume,
                    const char *path, const char *command);

/* Splits "PATH ARGS" into a file; of these the path is copied. False when memory is short. */
bool boot_files_add_with_arguments(struct boot_files *files, struct arena *arena,
                                   struct volume *volume, const char *path_and_arguments);

/* Has all files of the request lie on this volume. */
void boot_request_set_volume(struct boot_request *request, struct volume *volume);
