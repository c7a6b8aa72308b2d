/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's view: when the loader jumps, this does what trampoline.S does, on the machine's
 * memory, and then compares the memory with the files.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/range.h"
#include "pvh/overlay/framebuffer.h"

/* What the kernel must find; set by scenarios. Nothing else may be there. */
void expect_kernel(const uint8_t *elf, size_t size);
void expect_anything(void); /* the run ends at the jump, and nothing is compared */
void expect_command_line(const char *command_line);
void expect_fallback(
    const char *command_line);           /* another allowed command line, when a call fails */
void expect_module(const char *command); /* the next module, */
void expect_module_part(const uint8_t *bytes, size_t size); /* made of these files */
void expect_module_at(uint64_t address); /* the last module stays where it lies */
void expect_rsdp(uint64_t address);      /* of the firmware; the kernel's is ours, in an overlay */
void expect_no_overlay(void);            /* the kernel's is the firmware's */
void expect_overlay_optional(void);      /* as memory is short, or tables are wrong */
void expect_screen(const struct framebuffer *framebuffer);
void expect_event_log(uint64_t tpm2, size_t (*size)(void)); /* in a copy of this TPM2 table */
void expect_ecam(struct range window);                      /* reserved by MCFG */
void expect_tables(struct range pages); /* ACPI tables in what would be RAM; they are preserved */
void expect_nvs_allowed(void);          /* the kernel may be in ACPI NVS, which is RAM then */
void expect_moved(void);                /* not where it was linked to */

/* Does what the trampoline does, checks everything, and ends the run. */
void guest_enter(uint64_t code, uint64_t address) __attribute__((noreturn));
