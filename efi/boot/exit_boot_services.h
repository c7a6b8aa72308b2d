/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing the boot info, exiting boot services, and jumping to the trampoline. */
#pragma once

#include "efi/boot/boot_state.h"

/*
 * Writes the boot info to its place in memory, for reports and dry runs: a dry run shows the map as
 * it is now. start_kernel() writes it again with the final map. load_all() must have succeeded.
 */
bool start_kernel_prepare(struct boot *boot, bool dry_run, struct error *error);

/*
 * Starts the kernel after start_kernel_prepare(). Returns, with false, only if it fails before the
 * first ExitBootServices(): failures after that reset the machine.
 */
bool start_kernel(struct boot *boot, struct error *error);
