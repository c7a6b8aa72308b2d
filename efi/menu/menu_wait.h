/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading keys, working in the background, and answering keys. */
#pragma once

#include "efi/menu/menu_state.h"

/* Shows a text below the list until the next key. */
__attribute__((format(printf, 2, 3))) void menu_answer(struct menu_state *state, const char *format,
                                                       ...);

/*
 * Waits for a key or for the next second, KEY_TICK, and does the menu's background work meanwhile.
 * Returns KEY_NONE when that work has changed an entry. Re-arms the watchdog.
 */
uint32_t menu_read_key(struct menu_state *state);

/*
 * Saves a changed timeout or console mode. Called when no key has come for a second, to spare the
 * flash.
 */
void menu_save_settings(struct menu_state *state);
