/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"
#include "common/bls/entry.h"

/*
 * Takes one try from a counted entry by renaming its file, and keeps `entry` up to date. A medium
 * that cannot be written to is worth a warning and no more: the boot goes on.
 */
bool boot_counter_use_try(struct boot_entry *entry, struct arena *arena, struct error *error);
