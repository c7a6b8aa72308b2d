/* SPDX-License-Identifier: BSD-2-Clause */
/* Starting an entry that is an EFI program: `efi`, `uki`, type 2. */
#pragma once

#include "efi/manager/manager_state.h"

/*
 * Loads it, measures what it is passed, as systemd-boot does (its load options into PCR 12,
 * credentials and extensions into 12 and 13), and starts it. `edited` replaces the entry's options
 * unless it is NULL.
 */
bool start_program(const struct manager *manager, const struct boot_entry *entry,
                   const char *edited, struct error *error);
