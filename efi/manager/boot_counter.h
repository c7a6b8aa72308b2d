/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"
#include "common/bls/entry_list.h"

/*
 * Uses up one try of a counted entry, by renaming its file, and updates it with all other entries
 * of the list that come from this file. Does nothing for an entry that is not counted or has no
 * tries left. Fails with ERROR_NOT_COUNTED, for instance on
 * a read-only medium: that should be a warning, and the boot should continue.
 */
bool boot_counter_use_try(struct entry_list *list, size_t index, struct arena *arena,
                          struct error *error);
