/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/platform/platform.h"

#include <string.h>

#define LEAF_FEATURES          1
#define FEATURE_HYPERVISOR     (UINT32_C(1) << 31) /* ECX */
#define LEAF_TDX               0x21
#define LEAF_HYPERVISOR_FIRST  0x40000000
#define LEAF_HYPERVISOR_LAST   0x4000ff00
#define LEAF_HYPERVISOR_STEP   0x100
#define LEAF_EXTENDED          0x80000000
#define LEAF_EXTENDED_FEATURES 0x80000001
#define FEATURE_LONG_MODE      (UINT32_C(1) << 29) /* EDX */
#define LEAF_ENCRYPTION        0x8000001f
#define ENCRYPTION_SEV         (UINT32_C(1) << 1) /* EAX */
#define MSR_SEV_STATUS         0xc0010131
#define SEV_STATUS_ENABLED     1

bool cpuid_has_name(uint32_t a, uint32_t b, uint32_t c, const char *name)
{
    const uint32_t words[3] = {a, b, c};

    return memcmp(words, name, sizeof(words)) == 0;
}

/* Xen's leaves may start higher, after those of another hypervisor interface. */
static bool is_xen(const struct processor *processor)
{
    for (uint32_t leaf = LEAF_HYPERVISOR_FIRST; leaf <= LEAF_HYPERVISOR_LAST;
         leaf += LEAF_HYPERVISOR_STEP) {
        struct cpuid_result id = processor->cpuid(leaf, 0);

        if (cpuid_has_name(id.ebx, id.ecx, id.edx, "XenVMMXenVMM"))
            return true;
    }
    return false;
}

static bool is_tdx(const struct processor *processor)
{
    struct cpuid_result id;

    if (processor->cpuid(0, 0).eax < LEAF_TDX)
        return false;
    id = processor->cpuid(LEAF_TDX, 0);
    return cpuid_has_name(id.ebx, id.edx, id.ecx, "IntelTDX    ");
}

static bool is_sev(const struct processor *processor)
{
    if (processor->cpuid(LEAF_EXTENDED, 0).eax < LEAF_ENCRYPTION ||
        !(processor->cpuid(LEAF_ENCRYPTION, 0).eax & ENCRYPTION_SEV))
        return false;
    return processor->read_msr(MSR_SEV_STATUS) & SEV_STATUS_ENABLED;
}

bool platform_is_virtual(const struct processor *processor)
{
    return processor->cpuid(LEAF_FEATURES, 0).ecx & FEATURE_HYPERVISOR;
}

enum error_code platform_check(const struct processor *processor)
{
    /* All three are guests. Without this bit, leaves and MSR may not exist. */
    if (!platform_is_virtual(processor))
        return ERROR_NONE;
    if (is_xen(processor))
        return ERROR_PLATFORM_XEN;
    if (is_tdx(processor))
        return ERROR_PLATFORM_TDX;
    if (is_sev(processor))
        return ERROR_PLATFORM_SEV;
    return ERROR_NONE;
}

bool platform_has_long_mode(const struct processor *processor)
{
    return processor->cpuid(LEAF_EXTENDED, 0).eax >= LEAF_EXTENDED_FEATURES &&
           processor->cpuid(LEAF_EXTENDED_FEATURES, 0).edx & FEATURE_LONG_MODE;
}
