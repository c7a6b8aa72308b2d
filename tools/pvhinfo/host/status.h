/* SPDX-License-Identifier: BSD-2-Clause */
/* How pvhinfo ends, and what it says when something is in its way. */
#pragma once

#include <stdbool.h>

/* Exit statuses; of several files the highest counts. */
enum status {
    STATUS_BOOTABLE = 0,
    STATUS_NOT_BOOTABLE = 1,
    STATUS_TROUBLE = 2, /* usage, input, output, memory */
};

/*
 * Prints "pvhinfo: ", the text, printable, and a new line on standard error, and returns
 * STATUS_TROUBLE.
 */
__attribute__((format(printf, 1, 2))) enum status trouble(const char *format, ...);

/*
 * The same for the loader's words about `path`, which stands before them instead, and
 * STATUS_NOT_BOOTABLE.
 */
__attribute__((format(printf, 2, 3))) enum status refusal(const char *path, const char *format,
                                                          ...);

#define OUT_OF_MEMORY "out of memory"
