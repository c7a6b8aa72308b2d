/* SPDX-License-Identifier: BSD-2-Clause */
/* The modules' files: all initrds together are one module, each other module is one file. */
#pragma once

#include "efi/firmware/file.h"
#include "efi/firmware/initrd_media.h"

#include "common/bls/boot_request.h"
#include "pvh/plan.h"

struct module_part {
    struct file file;
    uint64_t offset; /* in the module: a multiple of 4, as cpio archives want it */
};

struct module {
    bool is_offered; /* by whoever started us, instead of in files: see efi/firmware/initrd_media.h
                      */
    struct initrd_media media;
    struct module_part *parts;
    size_t part_count;
    uint64_t size;
    const char *command; /* "" for none */
};

struct module_list {
    struct module *items;
    size_t count;
    uint64_t *sizes;       /* of each, for the plan */
    const char **commands; /* of each, for the boot info */
};

/*
 * Opens all files of the request; when it names no initrd, one that is offered takes its place. On
 * failure the list is to be closed all the same.
 */
bool modules_open(const struct boot_request *request, struct arena *arena,
                  struct module_list *ret_list, struct error *error);

/* Reads a module to where the plan has it. */
bool module_load(struct module *module, const struct plan_module *plan, struct error *error);

/* The path of its first file, for messages. */
const char *module_name(const struct module *module);

void modules_close(struct module_list *list);
