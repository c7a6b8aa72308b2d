/* SPDX-License-Identifier: BSD-2-Clause */
/* Machines on which a kernel started through PVH would misread what it runs on. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct cpuid_result {
    uint32_t eax, ebx, ecx, edx;
};

struct processor {
    struct cpuid_result (*cpuid)(uint32_t leaf, uint32_t subleaf);
    uint64_t (*read_msr)(uint32_t msr);
};

enum platform {
    PLATFORM_PLAIN,
    PLATFORM_XEN, /* an HVM guest: the kernel would take Xen's PVH path and ask for hypercalls */
    PLATFORM_SEV, /* encrypted memory: kernels' first page tables lack the C bit */
    PLATFORM_TDX, /* clearing CR4.MCE faults, and page tables lack the shared bit */
};

enum platform platform_detect(const struct processor *processor);

/* Why nothing can be started there, as a sentence; NULL for PLATFORM_PLAIN. */
const char *platform_refusal(enum platform platform);
