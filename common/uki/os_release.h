/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a boot menu shows of an os-release(5) file, which unified kernel images have in .osrel. The
 * Boot Loader Specification (UAPI.1, "Type #2") says which fields, and systemd-boot in which order.
 */
#pragma once

#include "common/base/arena.h"

#include <stdbool.h>

/* Strings are in the arena; missing ones are "". */
struct os_release {
    const char *title;    /* PRETTY_NAME, IMAGE_ID, NAME or ID */
    const char *version;  /* IMAGE_VERSION, VERSION, VERSION_ID or BUILD_ID */
    const char *sort_key; /* IMAGE_ID or ID */
};

/* Parses up to `length` bytes; what is not understood is skipped. False when out of memory. */
bool os_release_parse(const char *text, size_t length, struct arena *arena,
                      struct os_release *ret_release);
