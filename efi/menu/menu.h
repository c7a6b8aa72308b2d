/* SPDX-License-Identifier: BSD-2-Clause */
/* The menu. Keys and looks are those of systemd-boot. */
#pragma once

#include "common/base/arena.h"
#include "efi/menu/menu_model.h"

/* True when a key is down or was pressed. Waits a tenth of a second for one. */
bool menu_is_wanted(void);

/*
 * Shows the menu until a choice is made; clears its screen behind it. Memory comes from `arena`,
 * the same one each time. The firmware's watchdog is off afterwards. EFI_SUCCESS, or why there can
 * be no menu (no keyboard, no console): then nothing was chosen.
 */
EFI_STATUS menu_run(struct menu *menu, struct arena *arena, enum menu_choice *ret_choice);
