/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Images with sections of their own: unified kernel images, and loaders that vouch for files of the
 * EFI system partition (.pins).
 */
#pragma once

#include "common/image/pe.h"
#include "common/uki/os_release.h"
#include "common/uki/pins.h"
#include "common/uki/profile.h"
#include "common/uki/uki.h"
#include "tools/pvhinfo/kernel.h"
#include "tools/pvhinfo/output/json.h"

struct image_profile {
    struct uki uki;
    struct uki_profile name;
    struct os_release release;
    const char *command_line;    /* NULL for none */
    const struct kernel *kernel; /* NULL for none; profiles may share one */
};

struct image {
    const char *path;
    struct host_file file;
    struct pe_sections sections;
    struct image_profile *profiles;
    size_t profile_count; /* at least 1, unless the image is damaged */
    struct kernel *kernels;
    size_t kernel_count; /* 0 for a loader */
    struct pins pins;
    enum status status;         /* STATUS_BOOTABLE if each profile would boot */
    char message[MESSAGE_SIZE]; /* why not, if it is not the fault of a kernel alone; or "" */
};

/*
 * Reads and checks an image. False if the file is something else, such as a kernel or a loader
 * without pins, or cannot be read. Prints nothing. Always call image_close() afterwards.
 */
bool image_read(const char *path, struct arena *arena, struct image *ret_image);

/*
 * Reads the pins of an image whose file is open; none if it has no such section. *ret_options
 * is its own command line, NULL if it has none. False with *error set.
 */
bool image_read_pins(struct host_file *file, struct arena *arena, struct pins *ret_pins,
                     const char **ret_options, struct error *error);

void image_close(struct image *image);

/* In image_output.c: print to standard output. */
void print_image(const struct image *image);
void print_image_json(struct json *json, const struct image *image);
