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
    struct boot_request request; /* volumes are NULL; kernel.path is NULL if none was named */
};

/* The text of --help. */
extern const char options_help[];

/*
 * Parses a command line given as one string, without the program's own name. Words are separated by
 * white space outside double quotes; everything after KERNEL is taken verbatim. Before KERNEL,
 * initrd=PATH means --initrd=PATH. `line` must outlive the result. On failure *error holds one
 * line.
 */
bool options_parse_line(const char *line, struct arena *arena, struct options *ret_options,
                        struct text *error);

/*
 * Parses words split by a shell, without the program's own name. The shell has removed the quotes,
 * so the kernel's command line is taken from `line`, the line as typed, with or without the
 * program's name, if its tail splits into the same words. Otherwise, or if `line` is NULL, the
 * words are joined. All strings must outlive the result. On failure *error holds one line.
 */
bool options_parse_words(const char *const *words, size_t count, const char *line,
                         struct arena *arena, struct options *ret_options, struct text *error);

/* If the word is an option without a value, sets its member and returns true. */
bool options_take_flag(struct options *options, const char *word);

/* The option that needs a value, a file's or an entry's name, which `word` is; NULL if it is none.
 */
const char *options_find_naming(const char *word);

/*
 * A copy without line ends: efibootmgr -@ FILE passes on the one at the end of the file. NULL when
 * out of memory.
 */
const char *options_strip_line_end(struct arena *arena, const char *text);

/*
 * Skips the first word of a line if it is the program's own name: its base name is `own_name` (may
 * be NULL; ".efi" may be missing) or a name that the loader is installed as.
 */
const char *options_skip_own_name(const char *line, const char *own_name);
