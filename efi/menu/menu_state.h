/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the menu share while it is shown. */
#pragma once

#include "common/ui/list_view.h"
#include "efi/console/keyboard.h"
#include "efi/console/screen.h"
#include "efi/menu/menu.h"

#define MENU_STATUS_SIZE 320

struct menu_state {
    struct menu *menu;
    struct arena *arena;
    struct screen screen;
    struct keyboard keyboard;
    struct list_view list;
    uint32_t seconds_left; /* until the timeout; 0 when nobody counts */
    bool working;          /* menu->work has more to do */
    bool has_firmware_setup;
    bool timeout_changed; /* and is not kept yet */
    const char *message;  /* NULL after the first key */
    struct text status;   /* answers the last key; empty for none */
    struct text details;  /* room for menu_show_details(); no data until it is needed */
};

#define MENU_NO_MEMORY "The firmware has no memory left for that."

/* Says something below the list until the next key. */
__attribute__((format(printf, 2, 3))) void menu_answer(struct menu_state *state, const char *format,
                                                       ...);

/*
 * Waits for a key or a second, with the menu's work meanwhile; KEY_NONE when the work has changed
 * something. Re-arms the watchdog.
 */
uint32_t menu_read_key(struct menu_state *state);

/* Draws everything above the footer into the screen's grid, which is erased before. */
void menu_draw_list(struct menu_state *state);

/* The footer of the list, and it is shown. */
void menu_draw(struct menu_state *state);

/* Lines of text in the middle of the last rows: `text` wrapped above, `hint` below it. */
void menu_draw_footer(struct menu_state *state, const char *text, const char *hint);

/* Lets the user edit the selected entry's command line. True when it is to be booted. */
bool menu_edit(struct menu_state *state);

/* Shows all that is known of the selected entry and the machine, until the user has enough. */
void menu_show_details(struct menu_state *state);
