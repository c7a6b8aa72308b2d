/* SPDX-License-Identifier: BSD-2-Clause */
/* loader.conf, as systemd-boot reads it. */
#pragma once

#include "common/base/units.h"
#include "common/bls/diagnostics.h"

#define LOADER_CONFIG_PATH     "\\loader\\loader.conf" /* from the volume's root */
#define LOADER_CONFIG_MAX_SIZE (1 * MIB)

/* Instead of a number of seconds. */
#define TIMEOUT_FOREVER  UINT32_MAX       /* menu-force: no boot without a key */
#define TIMEOUT_DISABLED (UINT32_MAX - 1) /* menu-disabled: the keyboard is never touched */
#define TIMEOUT_HIDDEN   0                /* menu-hidden: a key that is down shows the menu */
#define TIMEOUT_MAX      (UINT32_MAX - 2)

/* Instead of the number of a text mode. */
#define CONSOLE_MODE_KEEP (-1)
#define CONSOLE_MODE_AUTO (-2) /* a mode that can be read on this screen */
#define CONSOLE_MODE_MAX  (-3)

struct loader_config {
    uint32_t timeout;            /* seconds, or one of the above; hidden when nothing is said */
    const char *default_pattern; /* a glob over entries' IDs; "@saved"; "" for none */
    bool editor;                 /* true when nothing is said */
    bool pass_entry;             /* append the entry's ID to the kernel's command line */
    int console_mode;
    struct diagnostics diagnostics;
};

/* What holds without a file. */
void loader_config_init(struct loader_config *ret_config);

/* Reads a file's text over what *config holds. False when memory is short. */
bool loader_config_parse(const char *text, size_t length, struct arena *arena,
                         struct loader_config *config);

/* "menu-force", "menu-hidden", "menu-disabled" or seconds; also for EFI variables. */
bool timeout_parse(const char *text, uint32_t *ret_timeout);
