/* SPDX-License-Identifier: BSD-2-Clause */
/* loader.conf, as systemd-boot reads it. */
#pragma once

#include "common/base/units.h"
#include "common/bls/diagnostics.h"

#define LOADER_CONFIG_PATH     "\\loader\\loader.conf" /* from the volume's root */
#define LOADER_CONFIG_MAX_SIZE (1 * MIB)

/* Special timeouts, instead of a number of seconds. */
#define TIMEOUT_FOREVER  UINT32_MAX       /* menu-force: wait for a key */
#define TIMEOUT_DISABLED (UINT32_MAX - 1) /* menu-disabled: the keyboard is never read */
#define TIMEOUT_HIDDEN   0                /* menu-hidden: holding a key shows the menu */
#define TIMEOUT_MAX      (UINT32_MAX - 2)

/* Special console modes, instead of the number of a text mode. */
#define CONSOLE_MODE_KEEP (-1) /* the current one */
#define CONSOLE_MODE_AUTO (-2) /* a mode that is readable on this screen */
#define CONSOLE_MODE_MAX  (-3)

/* When Secure Boot keys of the volume are enrolled; only in setup mode. */
enum enroll_mode {
    ENROLL_IF_SAFE, /* as ENROLL_MANUAL, and the set "auto" unattended in a virtual machine */
    ENROLL_OFF,
    ENROLL_MANUAL, /* from the menu */
    ENROLL_FORCE,  /* the set "auto" unattended on every machine */
};

#define ENROLL_TIMEOUT_HIDDEN  0 /* no countdown */
#define ENROLL_TIMEOUT_DEFAULT 15

struct loader_config {
    uint32_t timeout;                /* in seconds, or TIMEOUT_...; default TIMEOUT_HIDDEN */
    const char *default_pattern;     /* a glob over entries' IDs, "@saved", or "" for none */
    const char *preferred_pattern;   /* the same, stronger than default_pattern */
    bool editor;                     /* default true */
    bool auto_entries;               /* default true: offer loaders of other systems */
    bool auto_firmware;              /* default true: offer the firmware's setup */
    bool auto_reboot, auto_poweroff; /* offer these */
    bool auto_always;        /* one of the four was set to yes: offer them without a menu, too */
    bool reboot_on_error;    /* restart instead of trying another entry */
    bool reboot_with_tries;  /* the same, where the boot has used up a try of the entry */
    bool pass_entry;         /* append the entry's ID to the kernel's command line */
    bool acpi_overlay;       /* default true; see pvh/overlay/acpi_overlay.h */
    bool pass_framebuffer;   /* name the framebuffer in front of every command line */
    bool beep;               /* with the PC's speaker, in the menu */
    int console_mode;        /* CONSOLE_MODE_..., or a mode number */
    enum enroll_mode enroll; /* default ENROLL_IF_SAFE */
    bool enroll_shuts_down;  /* instead of a reset, after keys were enrolled */
    uint32_t enroll_timeout; /* in seconds, or ENROLL_TIMEOUT_HIDDEN */
    struct diagnostics diagnostics;
};

/* Sets the defaults, which apply without a file. */
void loader_config_init(struct loader_config *ret_config);

/* Overrides *config with the settings in a file's text. False when out of memory. */
bool loader_config_parse(const char *text, size_t length, struct arena *arena,
                         struct loader_config *config);

/*
 * Whether the machine restarts after a boot with nobody there has failed. With `auto` only when a
 * try was used up: the next start may choose another entry then, and restarts come to an end.
 */
bool loader_config_restarts(const struct loader_config *config, bool used_try);

/*
 * Parses "menu-force", "menu-hidden", "menu-disabled" or a number of seconds, in loader.conf and in
 * EFI variables. False when it is none of these.
 */
bool timeout_parse(const char *text, uint32_t *ret_timeout);

/* Parses "auto", "max", "keep" or the number of a text mode. False when it is none of these. */
bool console_mode_parse(const char *text, int *ret_mode);
