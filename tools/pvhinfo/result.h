/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room tools/pvhinfo: the host program that checks kernels, memory maps and EFI system partitions
 * with the loader's own code. It owns files, standard output and exit statuses; it must not decide
 * anything that the loader decides, or see an EFI type.
 */
/* The result for a kernel or a map, and the two forms that it is printed in. */
#pragma once

#include "tools/pvhinfo/kernel.h"
#include "tools/pvhinfo/modules.h"
#include "tools/pvhinfo/output/json.h"
#include "tools/pvhinfo/placement.h"

struct result {
    const struct kernel *kernel; /* NULL if there is only a map */
    const char *map;             /* path; NULL for none */
    const char *command_line;
    const struct modules *modules;
    const struct placement *placement; /* NULL without a map; the E820 table may be empty */
    bool placed;                       /* the placement has a plan */
    const char *message;               /* the error; "" for none */
    const char *error_file;            /* the kernel, module or map that `message` is about */
};

/* Prints to standard output. */
void print_result(const struct result *result);

/* Writes one object. */
void print_result_json(struct json *json, const struct result *result);
