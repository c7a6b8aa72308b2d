/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether this machine may start a kernel at all, and a particular one. */
#pragma once

#include "common/base/error.h"

/* Fails in Xen guests and with encrypted memory (SEV, TDX). */
bool policy_check(struct error *error);

/* True in a virtual machine of any kind, where no option ROM of real hardware can be locked out. */
bool policy_machine_is_virtual(void);

/* Fails for a kernel of 64 bits, by its ELF file's class, if the processor has none but 32. */
bool policy_check_kernel(unsigned bits, const char *path, struct error *error);
