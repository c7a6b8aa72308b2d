/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether Secure Boot is on. */
#pragma once

#include "efi/efi.h"

#include "common/trust/policy.h"

/*
 * Reads the state; to be called once, at the start. *ret_why_unknown is set only for
 * SECURE_BOOT_UNKNOWN: ERROR_SECURE_BOOT_UNKNOWN.
 */
enum secure_boot secure_boot_read(struct error *ret_why_unknown);
