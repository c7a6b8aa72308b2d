/* SPDX-License-Identifier: BSD-2-Clause */
/* Planning where everything goes, and taking that memory from the firmware. */
#pragma once

#include "efi/boot/boot_state.h"

/* Takes what the kernel is unpacked with over from it: see kernel_take_reclaimable(). */
bool reserve_take_reclaimable(struct boot *boot, struct error *error);

/* Makes the plan and claims its memory; again, from a newer map, until the firmware gives it. */
bool reserve_memory(struct boot *boot, struct error *error);

/* Forgets the plan, whose memory has been given back, and reads the firmware's map for another. */
bool reserve_update_map(struct boot *boot, struct error *error);

/* Gives all of it back. */
void reserve_release(struct boot *boot);
