/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "handover.h"

/* Checks what an SSDT with the device BOOT0000 leads to, and draws into the framebuffer if asked
 * to. */
void check_coreboot(const struct handover *handover, const struct options *options,
                    const uint8_t *ssdt, uint32_t size);
