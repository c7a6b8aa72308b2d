/* SPDX-License-Identifier: BSD-2-Clause */
/* The input and output of the menu. */
#pragma once

#include "efi/efi.h"

#include "common/base/text.h"
#include "common/bls/entry.h"
#include "common/bls/loader_config.h"

enum menu_choice {
    MENU_BOOT,    /* boot the entry `selected` */
    MENU_TIMEOUT, /* the timeout has expired without a key being pressed */
    MENU_QUIT,    /* back to the firmware */
    MENU_ACTION,  /* carry out `action` */
};

/* A command line that was typed for an entry. */
struct menu_edit {
    const char *id;
    const char *command_line;
};

/* A list in the arena, the oldest first. */
struct menu_edits {
    struct menu_edit *items;
    size_t count, capacity;
};

/* Members that are not set must be zero. Strings and entries must live as long as the menu. */
struct menu {
    struct boot_entry *entries; /* sorted, with labels */
    size_t count;               /* may be 0 */
    size_t selected;            /* in: where the bar starts; out: the choice */
    enum entry_action action;   /* out */
    bool has_firmware_setup;    /* a restart can lead there */
    size_t default_entry;       /* shown with a mark; `count` for none */
    uint32_t timeout;           /* seconds; TIMEOUT_FOREVER or TIMEOUT_HIDDEN: no countdown */
    uint32_t saved_timeout;     /* of later boots: + and - change it */
    bool timeout_exits;         /* the timeout returns to the firmware instead of booting */
    bool keeps_default;         /* the timeout boots it even if it has a problem */
    const char *no_editor;      /* why nothing can be edited, to be shown; NULL: it can */
    int console_mode;           /* as in struct loader_config; r and R change it */
    int configured_mode;        /* the console mode that loader.conf asks for */
    bool beep;                  /* every second of a countdown; the number of an entry otherwise */
    INT32 firmware_mode;        /* the text mode before the menu */
    /* Shown above the list until a key is pressed, e.g. why a boot failed; NULL for none. */
    const char *message;
    /* out: the edited command line, in the arena; NULL: unchanged */
    const char *command_line;
    struct menu_edits edits; /* private to the menu, kept from one menu_run() to the next */

    /* Callbacks, with their first argument. */
    void *context;
    /*
     * Does a small piece of work, preferably below 50 ms, and may set the message. Called while no
     * key is pressed, until it returns false because nothing is left. *ret_changed: the list must
     * be drawn again.
     */
    bool (*work)(void *context, bool *ret_changed);
    /*
     * Makes an entry the preferred one, or the default, for later boots; or no longer, if it is
     * that: *ret_cleared. Sets *ret_default to the index of what is booted by default then.
     */
    EFI_STATUS(*save_default)
    (void *context, size_t index, bool preferred, bool *ret_cleared, size_t *ret_default);
    /* Saves the timeout for later boots. */
    EFI_STATUS (*save_timeout)(void *context, uint32_t timeout);
    /* Saves the console mode for later boots, which have that of loader.conf if it is that one. */
    EFI_STATUS (*save_console_mode)(void *context, int console_mode);
    /* Appends "label: value" lines about the machine and the loader to the details; may be NULL. */
    void (*describe_machine)(void *context, struct text *text);
};
