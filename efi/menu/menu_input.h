/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys, the work done while none comes, and answers to them. */
#pragma once

#include "efi/menu/menu_state.h"

/* Says something below the list until the next key. */
__attribute__((format(printf, 2, 3))) void menu_answer(struct menu_state *state, const char *format,
                                                       ...);

/*
 * Waits for a key or a second, with the menu's work meanwhile; KEY_NONE when the work has changed
 * something. Re-arms the watchdog.
 */
uint32_t menu_read_key(struct menu_state *state);

/* Keeps a timeout that was changed, once, when the user has stopped changing it: flash wears. */
void menu_keep_timeout(struct menu_state *state);
