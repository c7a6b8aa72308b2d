/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "efi/manager/manager_state.h"

/*
 * Starts the entry at `index`, with another command line unless that is NULL, and notes that in the
 * variables of the Boot Loader Interface and in the entry's counter. Returns false when it failed,
 * and true when an EFI program or a dry run has come to its end. Errors are named after the entry.
 */
bool start_entry(struct manager *manager, size_t index, const char *command_line,
                 struct error *error);
