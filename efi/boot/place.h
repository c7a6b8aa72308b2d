/* SPDX-License-Identifier: BSD-2-Clause */
/* Carrying out the load plan. */
#pragma once

#include "efi/boot/boot.h"

/* Takes what the kernel is unpacked with over from it: see kernel_take_reclaimable(). Prints its
 * own error. */
EFI_STATUS place_take_reclaimable(struct boot *boot);

/*
 * Makes the plan, takes its memory from the firmware, reads kernel and modules to where they go,
 * and clears what is to be zero. place_take_reclaimable() comes before. Prints its own error.
 */
EFI_STATUS place_all(struct boot *boot);

/* Gives the memory back. */
void place_release(struct boot *boot);
