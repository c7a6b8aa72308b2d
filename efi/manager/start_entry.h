/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "efi/manager/manager_state.h"

/*
 * Starts the entry at `index`. `command_line` replaces that of the entry unless it is NULL. Sets
 * the variables of the Boot Loader Interface and counts the boot, except in a dry run. Returns true
 * when an EFI program has exited successfully or after a dry run, and false on failure, with the
 * entry's ID as the context of the error.
 */
bool start_entry(struct manager *manager, size_t index, const char *command_line,
                 struct error *error);
