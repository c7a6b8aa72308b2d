/* SPDX-License-Identifier: BSD-2-Clause */
/* What was found out, and the two forms it is printed in. */
#pragma once

#include "tools/pvhinfo/kernel.h"
#include "tools/pvhinfo/modules.h"
#include "tools/pvhinfo/output/json.h"
#include "tools/pvhinfo/placement.h"

struct result {
    const struct kernel *kernel; /* NULL when only a map was named */
    const char *map;             /* NULL when none was named */
    const char *command_line;
    const struct modules *modules;
    const struct placement *placement; /* with a map: its E820 table, empty if there can be none */
    bool placed;                       /* and the plan */
    const char *sentence;              /* what is wrong; "" when nothing is */
    const char *blamed;                /* the kernel, module or map that it is about */
};

/* On standard output. */
void print_result(const struct result *result);

/* One object. */
void print_result_json(struct json *json, const struct result *result);
