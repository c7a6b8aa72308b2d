/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether Secure Boot is on. */
#pragma once

#include "efi/efi.h"

#include "common/trust/policy.h"

/*
 * Reads the state; to be called once, at the start. *ret_why_unknown is set only for
 * SECURE_BOOT_UNKNOWN: ERROR_SECURE_BOOT_UNKNOWN. *ret_may_be_in_setup is false where there is no
 * Secure Boot at all, and where it is on.
 */
enum secure_boot secure_boot_read(bool *ret_may_be_in_setup, struct error *ret_why_unknown);

/*
 * Whether the firmware takes keys from whoever sets them: no platform key is enrolled. To be asked
 * only where that may be.
 */
bool secure_boot_is_in_setup(void);
