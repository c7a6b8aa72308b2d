/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaving boot services, and the jump. */
#pragma once

#include "efi/boot/boot_state.h"

/*
 * Checks the plan against the newest map, and writes that map into the boot info. Allocates
 * nothing.
 */
bool write_final_map(struct boot *boot, struct error *error);

/* Starts the kernel that has been loaded. Returns only on failure, before boot services end. */
bool start_kernel(struct boot *boot, struct error *error);
