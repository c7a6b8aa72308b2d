/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/platform/sha_extensions.h"

/* Intel's Software Developer's Manual, volume 2, CPUID. */
#define LEAF_FEATURES          0x01
#define LEAF_EXTENDED_FEATURES 0x07
#define FEATURES_ECX           (1u << 9 /* SSSE3 */ | 1u << 19 /* SSE4.1 */)
#define EXTENDED_EBX_SHA       (1u << 29)

bool sha_extensions_exist(const struct processor *processor)
{
    /* A leaf above the highest one has the values of some other leaf. */
    if (processor->cpuid(0, 0).eax < LEAF_EXTENDED_FEATURES)
        return false;
    return (processor->cpuid(LEAF_FEATURES, 0).ecx & FEATURES_ECX) == FEATURES_ECX &&
           processor->cpuid(LEAF_EXTENDED_FEATURES, 0).ebx & EXTENDED_EBX_SHA;
}
