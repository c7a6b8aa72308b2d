/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "efi/manager/manager_state.h"

/*
 * Shows the menu and carries out each choice, until the user quits. An entry that has been `chosen`
 * already is started first; the number of entries stands for none. When a boot that the timeout
 * started fails, the menu shows the error for a while and then returns to the firmware.
 *
 * *error may be set already, when no entry can be booted: the menu shows it, and it is the result
 * unless the user chooses something. When there can be no menu, for lack of a keyboard or a screen,
 * *ret_boot_default says whether to boot the default entry instead: not after a choice has failed.
 */
bool entry_menu_run(struct manager *manager, size_t chosen, bool *ret_boot_default,
                    struct error *error);
