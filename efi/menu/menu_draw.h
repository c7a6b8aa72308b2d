/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "efi/menu/menu_state.h"

/* Erases the grid and draws everything but the footer. Does not send it to the console. */
void menu_draw_list(struct menu_state *state);

/* Draws the list with its footer, and shows it. */
void menu_draw(struct menu_state *state);

/* Draws text in the last rows, centred: `hint` in the last one, and `text` above it, wrapped. */
void menu_draw_footer(struct menu_state *state, const char *text, const char *hint);
