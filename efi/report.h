/* SPDX-License-Identifier: BSD-2-Clause */
/* What the user sees of a boot. */
#pragma once

#include "efi/boot.h"

/* The one quiet line, which stays on the screen until the kernel has one of its own. */
void report_boot(const struct boot *boot, bool dry_run);

/* Warnings about what the kernel will make of it. */
void report_warnings(const struct boot *boot);

/* --verbose: where everything goes. */
void report_plan(const struct boot *boot);

/* --dry-run: the firmware's map and the kernel's, and the start info. */
void report_maps(const struct boot *boot);
void report_start_info(const struct boot *boot);
