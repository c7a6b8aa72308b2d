/* SPDX-License-Identifier: BSD-2-Clause */
/* The processor that a host program runs on. */
#pragma once

#include "pvh/platform/platform.h"

#include <cpuid.h>

static inline struct cpuid_result host_cpuid(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid_result result;

    __cpuid_count(leaf, subleaf, result.eax, result.ebx, result.ecx, result.edx);
    return result;
}

/* Without read_msr: programs cannot. */
static inline struct processor host_processor(void)
{
    return (struct processor){.cpuid = host_cpuid};
}
