/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "efi/efi.h"

#include "common/bls/entry.h"

/*
 * Takes one try from a counted entry by renaming its file, and keeps `entry` up to date. A medium
 * that cannot be written to costs a warning: the boot goes on.
 */
void boot_counter_use_try(EFI_FILE_HANDLE root, struct boot_entry *entry, struct arena *arena);
