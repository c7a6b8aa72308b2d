/* SPDX-License-Identifier: BSD-2-Clause */
/* Carrying out the load plan. */
#pragma once

#include "efi/boot.h"

/* Makes the plan and takes its memory from the firmware. Prints its own error. */
EFI_STATUS place_claim(struct boot *boot);

/* Reads the kernel and its modules to where they go, clears what is to be zero. */
EFI_STATUS place_load(struct boot *boot);

/* Gives the memory back. */
void place_release(struct boot *boot);
