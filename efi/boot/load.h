/* SPDX-License-Identifier: BSD-2-Clause */
/* Loading the kernel and its modules. */
#pragma once

#include "efi/boot/boot_state.h"

/*
 * Reserves memory, reads the kernel and the modules, and clears the plan's zero_before_exit. A
 * compressed kernel that cannot be loaded as a stream is unpacked to memory and loaded from there.
 * reserve_take_reclaimable() must have been called. reserve_release() undoes it, on failure too.
 */
bool load_all(struct boot *boot, struct error *error);
