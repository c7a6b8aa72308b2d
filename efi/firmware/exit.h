/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of boot services, and the jump. */
#pragma once

#include "efi/boot/boot.h"

/*
 * Converts boot->memory.map, built of the map that is valid now, and writes it into the boot info.
 * No allocation, no text.
 */
bool write_final_map(struct boot *boot, struct error *ret_error);

/*
 * Ends boot services and starts the kernel. Returns only when something fails before
 * ExitBootServices has been called; after that a failure can only reset the machine. Prints its own
 * error.
 */
EFI_STATUS leave(struct boot *boot);
