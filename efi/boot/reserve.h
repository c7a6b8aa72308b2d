/* SPDX-License-Identifier: BSD-2-Clause */
/* Making the load plan, and allocating its memory from the firmware. */
#pragma once

#include "efi/boot/boot_state.h"

/* Takes ownership of the kernel's unpacking buffers: see kernel_take_reclaimable(). */
bool reserve_take_reclaimable(struct boot *boot, struct error *error);

/*
 * Makes the plan and allocates its claims. When the firmware refuses one, plans again with a newer
 * map, and after two refusals of the same range without that range. On failure no claim is left
 * allocated.
 */
bool reserve_memory(struct boot *boot, struct error *error);

/* Drops the plan, whose claims must have been released, and reads a newer map for the next one. */
bool reserve_update_map(struct boot *boot, struct error *error);

/* Frees claims and reclaimable memory. Does nothing when there are none. */
void reserve_release(struct boot *boot);
