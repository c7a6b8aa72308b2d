/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel is told, leaving boot services, and the jump. */
#pragma once

#include "efi/boot/boot_state.h"

/*
 * Writes what the kernel is told to its place, with the map as it is now: all that a dry run shows.
 * start_kernel() does it again with the final map.
 */
bool start_kernel_prepare(struct boot *boot, struct error *error);

/* Starts the kernel that has been loaded. Returns only on failure, before boot services end. */
bool start_kernel(struct boot *boot, struct error *error);
