/* SPDX-License-Identifier: BSD-2-Clause */
/* Detects machines on which kernels cannot be started through PVH. */
#pragma once

#include "common/base/error.h"

struct cpuid_result {
    uint32_t eax, ebx, ecx, edx;
};

struct processor {
    struct cpuid_result (*cpuid)(uint32_t leaf, uint32_t subleaf);
    uint64_t (*read_msr)(uint32_t msr);
};

/* True if these registers, in this order, have the twelve letters of `name`. */
bool cpuid_has_name(uint32_t a, uint32_t b, uint32_t c, const char *name);

/* True in any virtual machine. */
bool platform_is_virtual(const struct processor *processor);

/*
 * Returns ERROR_NONE, or why no kernel can be started:
 * ERROR_PLATFORM_XEN  an HVM guest: the kernel would take Xen's PVH path and use hypercalls
 * ERROR_PLATFORM_SEV  encrypted memory: kernels' first page tables lack the C bit
 * ERROR_PLATFORM_TDX  clearing CR4.MCE faults, and page tables lack the shared bit
 */
enum error_code platform_check(const struct processor *processor);

/* True if the processor can run 64-bit kernels. Some that come with 32-bit firmware cannot. */
bool platform_has_long_mode(const struct processor *processor);
