/* SPDX-License-Identifier: BSD-2-Clause */
/* The ACPI overlay of a boot (pvh/overlay/acpi_overlay.h): what goes into it, and when it is
 * written. */
#pragma once

#include "efi/boot/boot_state.h"

/*
 * Finds the screen and measures the overlay. Never fails: without an overlay, the kernel gets the
 * firmware's own tables, and a warning says why.
 */
void overlay_collect(struct boot *boot);

/* True if the plan has a place for the overlay. */
bool overlay_is_placed(const struct boot *boot);

/* True if the kernel is told of the screen. */
bool overlay_has_screen(const struct boot *boot);

/* Writes all but the log to its place, which has been claimed. Sets the RSDP of the start info. */
void overlay_write(struct boot *boot);

/* Writes the log; for what is printed afterwards it is too late. */
void overlay_write_log(const struct boot *boot);
