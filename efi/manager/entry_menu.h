/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "efi/manager/manager_state.h"

/*
 * The menu and what comes of it, until the user has enough. A boot that nobody asked for and that
 * failed leaves its message on the menu for a while, and goes back to the firmware then.
 *
 * An *error that is set, since nothing can be booted, is shown, and is the result when the user
 * chooses nothing either. *ret_boot_default: there can be no menu, for want of a keyboard or a
 * screen, and the default entry is to be booted instead.
 */
bool entry_menu_run(struct manager *manager, bool *ret_boot_default, struct error *error);
