/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a kernel may be started on this machine at all. */
#pragma once

#include "common/base/error.h"

/*
 * False on a guest of Xen, where memory is encrypted (SEV, TDX), and with Secure Boot on: nothing
 * vouches for the kernel there. What cannot be read counts as on.
 */
bool policy_check(struct error *error);
