/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "efi/menu/menu_state.h"

/* Draws everything above the footer into the screen's grid, which is erased before. */
void menu_draw_list(struct menu_state *state);

/* The footer of the list, and it is shown. */
void menu_draw(struct menu_state *state);

/* Lines of text in the middle of the last rows: `text` wrapped above, `hint` below it. */
void menu_draw_footer(struct menu_state *state, const char *text, const char *hint);
