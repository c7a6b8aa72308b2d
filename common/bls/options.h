/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pvhboot's own command line:
 *
 *   pvhboot.efi [OPTION]... [KERNEL [COMMAND LINE...]]
 */
#pragma once

#include "common/base/text.h"
#include "common/bls/boot_request.h"

struct options {
    bool help;
    bool version;
    bool verbose;
    bool dry_run;
    bool overwrite_acpi_nvs;
    bool starts_with_kernel;     /* no option stands before KERNEL */
    const char *entry;           /* ID of the entry to boot; NULL for the default */
    struct boot_request request; /* no volume is set; no kernel's path when none was named */
};

/* The options, one a line, for --help and for the message about an unknown one. */
extern const char options_help[];

/*
 * Reads a command line as one string, without the program's own name. Words are separated by white
 * space, double quotes hold words together; what follows KERNEL is taken to the letter. Before
 * KERNEL initrd=PATH is --initrd=PATH. `line` must stay as long as the result. On failure *error
 * holds one line.
 */
bool options_parse_line(const char *line, struct arena *arena, struct options *ret_options,
                        struct text *error);

/*
 * Reads words that a shell has split, without the program's own name. `line` is what the user
 * typed, with or without the program's name, or NULL: the shell's words have lost their quotes, so
 * the kernel's command line is taken from there, if it splits into the same words, and otherwise
 * put together again.
 */
bool options_parse_words(const char *const *words, size_t count, const char *line,
                         struct arena *arena, struct options *ret_options, struct text *error);

/*
 * Skips the program's own name at the start of a line: it is the first word when its base name is
 * `own_name` (may be NULL; ".efi" may be missing) or one that the loader is installed under.
 */
const char *options_skip_own_name(const char *line, const char *own_name);
