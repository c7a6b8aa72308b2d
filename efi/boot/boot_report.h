/* SPDX-License-Identifier: BSD-2-Clause */
/* What is printed about a boot. */
#pragma once

#include "efi/boot/boot_state.h"
#include "efi/console/console.h"

/* The one line of a boot without --verbose, which stays visible until the kernel prints. */
void report_boot(const struct boot *boot, bool dry_run);

/*
 * Appends lines that say what runs on what: the loader's version, the firmware's vendor and
 * revision, the machine's manufacturer and product.
 */
void report_append_machine(struct text *text);

/* --dry-run: the same and the date, before anything else. */
void report_machine(void);

/* Warnings about command line, plan and memory map: the kernel may fail because of them. */
void report_warnings(const struct boot *boot);

/* --verbose and --dry-run: the plan. */
void report_plan(const struct boot *boot, struct writer *to);

/*
 * --dry-run: the firmware's map, and the reclaimable memory. Printed before memory is reserved, so
 * that it is there when planning fails, and pvhinfo --map can repeat the planning elsewhere.
 */
void report_firmware_map(const struct boot *boot);

/* The E820 table. */
void report_e820(const struct boot *boot, struct writer *to);

/* --dry-run: the start info and the E820 table. start_kernel_prepare() must have been called. */
void report_start_info(const struct boot *boot);

/* Warnings about the firmware's ACPI tables. */
void report_acpi(const struct boot *boot);

/* --verbose: the time spent in each phase. */
void report_timing(struct writer *to);
