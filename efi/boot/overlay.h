/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ACPI overlay of a boot (pvh/overlay/acpi_overlay.h): what goes into it, and when it is
 * written.
 */
#pragma once

#include "efi/boot/boot_state.h"

/*
 * Finds the screen and measures the overlay. Never fails: without an overlay, the kernel gets the
 * firmware's own tables, and a warning says why.
 */
void overlay_collect(struct boot *boot);

/* True if the plan has a place for the overlay. */
bool overlay_is_placed(const struct boot *boot);

/* True if the kernel is told of the screen, and can read that: Linux can. */
bool overlay_has_screen(const struct boot *boot);

/* The RSDP for the start info: the overlay's, the firmware's, or 0. */
uint64_t overlay_rsdp(const struct boot *boot);

/*
 * Looks at the screen again, once all is printed: text output may have changed its mode. The
 * kernel's command line is final afterwards. The boot info must not have been written for the last
 * time.
 */
void overlay_update(struct boot *boot);

/* Writes the overlay, with the log, to its place, which has been claimed. */
void overlay_write(struct boot *boot);
