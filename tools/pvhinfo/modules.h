/* SPDX-License-Identifier: BSD-2-Clause */
/* Modules by their size: what is in them does not matter to where they go. */
#pragma once

#include "common/bls/boot_request.h"
#include "tools/pvhinfo/host/status.h"

struct modules {
    size_t count;
    uint64_t *sizes;
    const char **commands;
    const char **names; /* of the first file, as it was given */
    size_t *more;       /* how many other files are in it */
};

/*
 * All initrds together are the first module, each other module is one file. A path that is a size
 * ("30M") stands for a file of that size. Prints its own message on failure.
 */
enum status modules_measure(const struct boot_files *initrds, const struct boot_files *modules,
                            struct arena *arena, struct modules *ret_modules);
