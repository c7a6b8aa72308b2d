/* SPDX-License-Identifier: BSD-2-Clause */
/* Measures modules: only their sizes matter for their placement. */
#pragma once

#include "common/bls/boot_request.h"
#include "tools/pvhinfo/host/status.h"

struct modules {
    size_t count;
    uint64_t *sizes;       /* in bytes */
    const char **commands; /* command lines; "" for none */
    const char **names;    /* of the first file, as given */
    size_t *more;          /* number of other files in the module */
};

/*
 * All initrds together are the first module; each other module is one file. A size ("30M") instead
 * of a path stands for a file of that size. Prints a message on failure.
 */
enum status modules_measure(const struct boot_files *initrds, const struct boot_files *modules,
                            struct arena *arena, struct modules *ret_modules);
