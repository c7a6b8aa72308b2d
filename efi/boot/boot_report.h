/* SPDX-License-Identifier: BSD-2-Clause */
/* What the user sees of a boot. */
#pragma once

#include "efi/boot/boot_state.h"

/* The one quiet line, which stays on the screen until the kernel has one of its own. */
void report_boot(const struct boot *boot, bool dry_run);

/* Warnings about what the kernel will make of it. */
void report_warnings(const struct boot *boot);

/* --verbose: where everything goes. */
void report_plan(const struct boot *boot);

/*
 * --dry-run: the firmware's map, before anything but boot->lent is taken from it, so that a plan
 * that fails can be looked into, and the plan can be made again elsewhere (pvhinfo --map).
 */
void report_firmware_map(const struct boot *boot);

/* --dry-run: what the kernel would be told. */
void report_start_info(const struct boot *boot);

/* Warnings about the firmware's ACPI tables. */
void report_acpi(const struct boot *boot);

/* --verbose: where the time went. */
void report_timing(void);
