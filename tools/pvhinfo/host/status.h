/* SPDX-License-Identifier: BSD-2-Clause */
/* Exit statuses and error messages of pvhinfo. */
#pragma once

#include <stdbool.h>

/* Exit statuses; for several files, the highest one. */
enum status {
    STATUS_BOOTABLE = 0,
    STATUS_NOT_BOOTABLE = 1,
    STATUS_TROUBLE = 2, /* usage, input, output, memory */
};

/*
 * Prints "pvhinfo: ", the text and a newline to standard error, and returns STATUS_TROUBLE.
 * Unprintable characters are escaped.
 */
__attribute__((format(printf, 1, 2))) enum status trouble(const char *format, ...);

/*
 * The same for an error of the loader, with `path` as the prefix; returns STATUS_NOT_BOOTABLE.
 */
__attribute__((format(printf, 2, 3))) enum status refusal(const char *path, const char *format,
                                                          ...);

#define OUT_OF_MEMORY "out of memory"
