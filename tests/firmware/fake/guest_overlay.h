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
};

/*
 * Checks the tables that an RSDP of the loader's leads to: the firmware's tables and ours, each
 * once, the framebuffer, the log. Returns the pages that they are in.
 */
struct range overlay_check(uint64_t rsdp, const struct expected_overlay *expected);
