/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of the modules. All initrds together are the first module; others are one file each. */
#pragma once

#include "efi/firmware/file.h"
#include "efi/firmware/initrd_media.h"

#include "common/bls/boot_request.h"
#include "pvh/plan.h"

struct module_part {
    struct file file;
    uint64_t offset; /* in the module; a multiple of 4, as Linux requires between cpio archives */
};

struct module {
    bool is_offered; /* not in files, but from efi/firmware/initrd_media.h */
    struct initrd_media media;
    struct module_part *parts;
    size_t part_count;
    uint64_t size;       /* of all parts with padding, in bytes */
    const char *command; /* its command line; "" for none */
};

struct module_list {
    struct module *items;
    size_t count;
    uint64_t *sizes;       /* of each module, for the plan */
    const char **commands; /* of each module, for the boot info */
    struct range *places;  /* where each lies in memory already; empty for those in files */
};

/*
 * Opens all files; parts of the initrd that are for Linux only are left out for other kernels. When
 * there is no initrd, an offered one is used instead. The list is in the arena, and the files must
 * live as long. Call modules_close() on failure too.
 */
bool modules_open(const struct boot_files *initrds, const struct boot_files *modules, bool is_linux,
                  struct arena *arena, struct module_list *ret_list, struct error *error);

/* Reads a module to the addresses of its plan, which the caller has allocated. */
bool module_load(struct module *module, const struct plan_module *plan, struct error *error);

/*
 * The bytes of a module that has been loaded. If they are staged in pieces, a copy in the arena;
 * NULL if there is no memory for it.
 */
const uint8_t *module_bytes(const struct module *module, const struct plan_module *plan,
                            struct arena *arena);

/* The path of its first file, for messages. */
const char *module_name(const struct module *module);

/* For CLEANUP(). The list may be all zero, never opened. */
void modules_close(struct module_list *list);
