/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether this machine may start a kernel at all. */
#pragma once

#include "common/base/error.h"

/*
 * Fails in Xen guests, with encrypted memory (SEV, TDX), and with Secure Boot on, since kernels are
 * not verified. Secure Boot counts as on when its variables exist but cannot be read.
 */
bool policy_check(struct error *error);
