/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the kernel and its modules to where they go. */
#pragma once

#include "efi/boot/boot_state.h"

/*
 * Reserves memory, reads kernel and modules to their places, and clears what is to be zero.
 * reserve_take_reclaimable() comes before.
 */
bool load_all(struct boot *boot, struct error *error);
