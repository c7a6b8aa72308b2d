/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "efi/menu/menu_state.h"

/* Shows all that is known of the selected entry and the machine, until the user has enough. */
void menu_show_details(struct menu_state *state);
