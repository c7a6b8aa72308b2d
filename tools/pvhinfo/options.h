/* SPDX-License-Identifier: BSD-2-Clause */
/* pvhinfo's command line. */
#pragma once

#include "common/bls/boot_request.h"
#include "common/trust/policy.h"
#include "tools/pvhinfo/host/status.h"

struct options {
    bool help;
    bool version;
    bool json;
    bool overwrite_nvs;
    const char *extract;       /* where to write the ELF file; NULL for none */
    const char *map;           /* NULL for none */
    const char *esp;           /* NULL for none */
    const char *xbootldr;      /* NULL for none */
    enum secure_boot state;    /* of Secure Boot; SECURE_BOOT_STATES: it does not matter */
    const char *command_line;  /* NULL for none */
    struct boot_files initrds; /* each path is a FILE or a SIZE */
    struct boot_files modules; /* the same */
    char *const *files;
    size_t file_count;
};

extern const char options_text[];

/* False with a message printed. Strings point into argv or are in the arena. */
bool options_parse(int argc, char *argv[], struct arena *arena, struct options *ret_options);
