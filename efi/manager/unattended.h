/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "efi/manager/manager_state.h"

/*
 * Starts the entry at `index` for a user who is not there. Where that fails for a reason of the
 * entry's own (its kernel is missing, damaged, or has no PVH entry), the ones below are tried, and
 * then those above, each once, with a line that says why. Returns as start_entry() does; false with
 * the last error, all of which have been printed and are in manager->messages.
 */
bool boot_unattended(struct manager *manager, size_t index, struct error *error);
