/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's view: when the loader jumps, what trampoline.S does is done here, on the machine's
 * memory, and what is then in memory is compared with what the files say.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/range.h"

/* What the kernel must find. A scenario's to set; anything that is not set must not be there. */
void expect_kernel(const uint8_t *elf, size_t size);
void expect_command_line(const char *command_line);
void expect_fallback(const char *command_line); /* one more, when a call is made to fail */
void expect_module(const char *command);        /* the next one, */
void expect_module_part(const uint8_t *bytes, size_t size); /* of so many files */
void expect_rsdp(uint64_t address);
void expect_ecam(struct range window);  /* reserved by MCFG */
void expect_tables(struct range pages); /* ACPI tables in what would be RAM; they are kept */
void expect_nvs_allowed(void);          /* the kernel may have ACPI NVS, which is RAM then */
void expect_moved(void);                /* not where it was linked to */

/* Does what the trampoline does, checks everything, and ends the run. */
void guest_enter(uint64_t code, uint64_t address) __attribute__((noreturn));
