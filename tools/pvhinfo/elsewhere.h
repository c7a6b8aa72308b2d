/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What other programs that start kernels by PVH make of one that pvhboot boots: QEMU's -kernel, and
 * Cloud Hypervisor and Firecracker, which both use the crate linux-loader.
 */
#pragma once

#include "tools/pvhinfo/kernel.h"

#define ELSEWHERE_MAX 4

struct elsewhere {
    const char *lines[ELSEWHERE_MAX]; /* a sentence each: who refuses it, why, what to do */
    size_t count;
};

/* Nothing for a kernel that is not bootable: what pvhboot says of it comes first. */
void elsewhere_check(const struct kernel *kernel, struct elsewhere *ret);
