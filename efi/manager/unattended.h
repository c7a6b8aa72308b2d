/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "efi/manager/manager_state.h"

/*
 * Starts the default entry when no user is present. If that fails because of the entry itself (its
 * kernel is missing, damaged, or has no PVH entry point), tries the following entries and then the
 * preceding ones, once each; entries in which the menu has found a problem come last. Prints
 * every error and appends it to manager->messages. Returns like start_entry(), on failure with the
 * first error.
 */
bool boot_unattended(struct manager *manager, struct error *error);
