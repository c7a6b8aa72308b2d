/* SPDX-License-Identifier: BSD-2-Clause */
/* What the menu is given, and what it gives back. */
#pragma once

#include "efi/efi.h"

#include "common/base/text.h"
#include "common/bls/entry.h"
#include "common/bls/loader_config.h"

enum menu_choice {
    MENU_BOOT,     /* `selected` is to be booted */
    MENU_TIMEOUT,  /* the time is up, and no key was touched */
    MENU_QUIT,     /* back to the firmware */
    MENU_FIRMWARE, /* into the firmware's set-up */
};

/* A command line that was typed for an entry. */
struct menu_edit {
    const char *id;
    const char *command_line;
};

/* A growing list in the arena, the oldest first. */
struct menu_edits {
    struct menu_edit *items;
    size_t count, capacity;
};

/* All zero but for what is known. */
struct menu {
    struct boot_entry *entries; /* sorted, with labels */
    size_t count;               /* maybe 0: then it offers what else there is */
    size_t selected;            /* in: where the bar starts; out: the choice */
    size_t default_entry;       /* marked as such; `count` for none */
    bool default_is_chosen;     /* by a user, not by loader.conf or the order: d takes it back */
    uint32_t timeout;           /* seconds, or TIMEOUT_FOREVER */
    uint32_t kept_timeout;      /* what + and - change: what holds for later boots */
    bool gives_up;              /* the timeout leads back to the firmware, not to a boot */
    bool editor;                /* e is allowed */
    int console_mode;           /* of struct loader_config */
    const char *message;        /* why the last boot failed; NULL for none */
    /* out: what the user made of the entry's command line, in the arena; NULL: unchanged */
    const char *command_line;
    struct menu_edits edits; /* the menu's own, kept from one menu_run() to the next */

    /* What the menu does not know itself. Each is called with `context`. */
    void *context;
    /*
     * Called while no key comes, until it returns false, when all is done: does a small piece of
     * work, at best below 50 ms. *ret_changed: `entries` are to be drawn anew.
     */
    bool (*work)(void *context, bool *ret_changed);
    /* Makes an entry the default, or none (index `count`). */
    EFI_STATUS (*save_default)(void *context, size_t index);
    /* Keeps the timeout for later boots. */
    EFI_STATUS (*save_timeout)(void *context, uint32_t timeout);
    /* Appends lines about the machine and the loader, for the details of `p`. */
    void (*describe_machine)(void *context, struct text *text);
};
