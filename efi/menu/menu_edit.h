/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "efi/menu/menu_state.h"

/* Lets the user edit the selected entry's command line. True when it is to be booted. */
bool menu_edit(struct menu_state *state);
