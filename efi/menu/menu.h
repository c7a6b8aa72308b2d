/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * efi/menu shows a list of entries, their details and an editor for the command line, and returns a
 * choice. It does not know how an entry is started or where its settings are stored: it gets
 * callbacks.
 *
 * Keys and appearance follow systemd-boot.
 */
#pragma once

#include "common/base/arena.h"
#include "efi/menu/menu_model.h"

/* True, with the key, when one is or has been pressed. Waits a tenth of a second for it. */
bool menu_is_wanted(uint32_t *ret_key);

/*
 * Shows the menu until a choice is made, then clears the screen. `arena` must be the same each time
 * and outlive `menu`. Disarms the firmware's watchdog. On failure (EFI_NOT_FOUND without a
 * keyboard, EFI_UNSUPPORTED without a console, EFI_OUT_OF_RESOURCES) nothing was shown or chosen.
 */
EFI_STATUS menu_run(struct menu *menu, struct arena *arena, enum menu_choice *ret_choice);
