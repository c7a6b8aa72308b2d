/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "efi/menu/menu_state.h"

/* Shows details of the selected entry and of the machine, until the user leaves them. */
void menu_show_details(struct menu_state *state);
