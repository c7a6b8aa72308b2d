/* SPDX-License-Identifier: BSD-2-Clause */
/* What each key of the menu does. */
#pragma once

#include "efi/menu/menu_state.h"

/* Handles a key. True, with *ret_choice, when a choice has been made. */
bool menu_handle_key(struct menu_state *state, uint32_t key, enum menu_choice *ret_choice);
