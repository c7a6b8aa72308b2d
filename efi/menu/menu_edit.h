/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "efi/menu/menu_state.h"

/*
 * Lets the user edit the command line of the selected entry. True when the entry is to be booted,
 * with menu->command_line set unless it was not changed.
 */
bool menu_edit(struct menu_state *state);
