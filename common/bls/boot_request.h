/* SPDX-License-Identifier: BSD-2-Clause */
/* What to boot, whether the command line or an entry file says so. */
#pragma once

#include "common/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/* A file system: opaque to pure code, defined by the loader. */
struct volume;

/* A file by name, not opened; or bytes that are in memory already. */
struct boot_file {
    struct volume *volume; /* NULL until known: see boot_request_set_volume() */
    const char *path;      /* UTF-8, with \ or /, from the volume's root; of bytes, their name */
    const uint8_t *bytes;  /* NULL: in a file. Not owned; nothing else may write there */
    uint64_t size;         /* of the bytes */
    const char *command;   /* a module's command line; "" for none */
    unsigned line;         /* of the entry file that names it; 0 for none */
    bool linux_only;       /* a part of the initrd that other kernels do not get */
};

/* A growing list in the arena. */
struct boot_files {
    struct boot_file *items;
    size_t count, capacity;
};

struct boot_request {
    const char *title;       /* shown to the user; NULL for none */
    struct boot_file kernel; /* path is NULL if none was named */
    const char *command_line;
    const char *options_from_outside; /* what replaces our own image's command line; or NULL */
    struct boot_files initrds;        /* concatenated, they are the first module */
    struct boot_files modules;        /* the other modules, in order */
    struct boot_files extras;         /* credentials and extensions, for Linux: a part of initrd */
    bool overwrite_nvs;               /* a kernel with a fixed address may overwrite ACPI NVS */
    bool no_overlay;                  /* no ACPI tables of our own */
    bool pass_framebuffer;            /* the framebuffer is named in front of the command line */
};

/* Appends a file; the strings are not copied. False when out of memory. */
bool boot_files_add(struct boot_files *files, struct arena *arena, struct volume *volume,
                    const char *path, const char *command);

/* Appends bytes in memory under a name for messages. False when out of memory. */
bool boot_files_add_bytes(struct boot_files *files, struct arena *arena, const char *name,
                          const uint8_t *bytes, uint64_t size, bool linux_only);

/*
 * Appends a file given as "PATH ARGS", of more than white space; only the path is copied. False
 * when out of memory.
 */
bool boot_files_add_with_arguments(struct boot_files *files, struct arena *arena,
                                   struct volume *volume, const char *path_and_arguments);

/* The path of the first file with a command line of its own; NULL if none has. */
const char *boot_files_find_command(const struct boot_files *files);

/* Sets the volume of all files of the request. */
void boot_request_set_volume(struct boot_request *request, struct volume *volume);
