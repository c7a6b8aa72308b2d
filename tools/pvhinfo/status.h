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

/* Prints "pvhinfo: ", the text and a new line on standard error, and returns STATUS_TROUBLE. */
__attribute__((format(printf, 1, 2))) enum status trouble(const char *format, ...);

#define OUT_OF_MEMORY "out of memory"
