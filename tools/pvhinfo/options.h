/* SPDX-License-Identifier: BSD-2-Clause */
/* pvhinfo's command line. */
#pragma once

#include "common/bls/boot_request.h"
#include "tools/pvhinfo/host/status.h"

struct options {
    bool help;
    bool version;
    bool json;
    bool overwrite_nvs;
    const char *extract; /* where the ELF goes; NULL for nowhere */
    const char *map;     /* NULL for none */
    const char *esp;     /* NULL for none */
    const char *command_line;
    struct boot_files initrds; /* FILE or SIZE as their paths */
    struct boot_files modules;
    char *const *files;
    size_t file_count;
};

extern const char options_text[];

/* False with a message. The strings are those of argv, or in the arena. */
bool options_parse(int argc, char *argv[], struct arena *arena, struct options *ret_options);
