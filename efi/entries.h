/* SPDX-License-Identifier: BSD-2-Clause */
/* Boot entries: \loader\entries\*.conf of the volume that pvhboot was started from. */
#pragma once

#include "efi/efi.h"

#include "common/entry.h"

/*
 * Reads all entries and picks the one with this ID, or the first in a menu's order when `id` is
 * NULL. Prints its own error.
 */
EFI_STATUS entries_choose(EFI_FILE_HANDLE root, const char *id, struct arena *arena,
                          struct boot_entry *ret_entry);
