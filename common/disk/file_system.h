/* SPDX-License-Identifier: BSD-2-Clause */
/* Which file system a partition has, by the magic numbers in its first bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many bytes from the partition's start have all of the magic numbers. */
#define FILE_SYSTEM_PROBE_SIZE 0x10100

struct file_system {
    const char *name;   /* for messages: "ext4"; of an unknown one "an unknown file system" */
    const char *driver; /* rEFInd's EFI driver that reads it; NULL for none */
    const char *words;  /* its name and what to do about it: the rest of a sentence */
    const char *damage; /* what to do when a file on it is called damaged; NULL: not known */
};

/* `bytes` are the partition's first ones; fewer than FILE_SYSTEM_PROBE_SIZE recognize less. */
const struct file_system *file_system_recognize(const uint8_t *bytes, size_t size);

/* True if there is a driver, or if the file system is unknown. */
bool file_system_may_have_driver(const struct file_system *file_system);
