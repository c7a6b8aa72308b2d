/* SPDX-License-Identifier: BSD-2-Clause */
/* The state that the parts of the menu share while it is shown. */
#pragma once

#include "common/ui/list_view.h"
#include "efi/console/keyboard.h"
#include "efi/console/screen.h"
#include "efi/menu/menu_model.h"

#define MENU_STATUS_SIZE 320

struct menu_state {
    struct menu *menu;
    struct arena *arena;
    struct screen screen;
    struct keyboard keyboard;
    struct list_view list;
    uint32_t seconds_left; /* until the timeout; 0: no countdown */
    bool working;          /* menu->work has more to do */
    bool timeout_changed;  /* and not saved yet */
    bool mode_changed;     /* the same of the console mode */
    size_t announced;      /* the entry whose number was beeped; SIZE_MAX: none */
    struct text status;    /* the answer to the last key; empty for none */
    struct text details;   /* of menu_show_details(); allocated when first needed */
};

/* The entry under the bar; NULL: there is none. */
static inline struct boot_entry *menu_selected_entry(const struct menu_state *state)
{
    size_t index = state->list.selected;

    return index < state->menu->count ? &state->menu->entries[index] : NULL;
}

#define MENU_NO_MEMORY "The firmware has no memory left for that."
