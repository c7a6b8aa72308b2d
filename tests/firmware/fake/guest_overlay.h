/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's view of the ACPI overlay, read independently of the loader's code. */
#pragma once

#include "efi/efi.h"

#include "common/base/range.h"
#include "pvh/overlay/framebuffer.h"

/* What the kernel must find. */
struct expected_overlay {
    uint64_t firmware_rsdp;
    const struct framebuffer *framebuffer; /* NULL for none */
    uint64_t tpm2;         /* the firmware's table, which a copy with a log replaces; 0: no copy */
    size_t event_log_size; /* so many bytes of tpm_log() must be there */
};

/*
 * Checks the tables that an RSDP of the loader's leads to: the firmware's tables and ours, each
 * once, the framebuffer, both logs. Returns the pages that they are in.
 */
struct range overlay_check(uint64_t rsdp, const struct expected_overlay *expected);

/* How often a text is in the log that the kernel has got. */
size_t overlay_count_logged(const char *text);
