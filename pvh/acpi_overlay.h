/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ACPI overlay: an RSDP of our own for the kernel, whose root tables list the firmware's tables
 * at their addresses and ours beside them. So the kernel gets what firmware has no table for: the
 * screen, what the loader has said, and the TPM's event log. Nothing of the firmware's is written.
 *
 *     +------+------+------+------+------+----------------+-------------+---------------+
 *     | RSDP | XSDT | RSDT | SSDT | TPM2 | coreboot table | loader's log| TPM event log |
 *     +------+------+------+------+------+----------------+-------------+---------------+
 *
 * One block, below 4 GiB, of E820 type 3. The SSDT has a device BOOT0000 whose memory is the
 * coreboot table, which Linux knows (drivers/firmware/google/coreboot_table.c): its record 0x12 is
 * the framebuffer, 0x17 the log. RSDT is there if the firmware has one, TPM2, in place of the
 * firmware's, if an event log is wanted.
 */
#pragma once

#include "common/acpi/memory.h"
#include "common/base/arena.h"
#include "common/base/error.h"
#include "pvh/framebuffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct acpi_overlay_request {
    const struct framebuffer *framebuffer; /* NULL for none */
    uint32_t log_size;                     /* bytes of text that there is room for; 0: no log */
    uint32_t event_log_size;               /* bytes; 0: the firmware's TPM2 table stays */
};
