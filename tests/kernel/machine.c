/* SPDX-License-Identifier: BSD-2-Clause */
/* What firmware leaves to the kernel besides the state at entry: the local APIC and the MTRRs. */
#include "handover.h"
#include "report.h"

/* CPUID leaf 1, EDX. */
#define CPUID_MTRR (1u << 12)

#define MSR_APIC_BASE 0x1b
#define APIC_X2APIC   (1u << 10)
#define APIC_ENABLED  (1u << 11)

#define MSR_MTRR_CAP      0xfe
#define MSR_MTRR_BASE     0x200 /* and every second one after it; the masks are between them */
#define MSR_MTRR_DEFAULT  0x2ff
#define MTRR_COUNT_MASK   0xffu
#define MTRR_TYPE_MASK    0xffu
#define MTRR_VALID        (1u << 11)
#define MTRR_ENABLED      (1u << 11)
#define MTRR_UNCACHEABLE  0u
#define MTRR_WRITE_BACK   6u
#define MTRR_ADDRESS_MASK (~0xfffull)

#define PAGE 4096u

static uint64_t read_msr(uint32_t number)
{
    uint32_t low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
    return (uint64_t)high << 32 | low;
}

static uint32_t cpuid_features(void)
{
    uint32_t eax = 1, ecx = 0, edx, ebx;

    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    return edx;
}

/*
 * The mode is the firmware's: x2APIC cannot be left on every machine. CPUID has no APIC while it is
 * off.
 */
static void check_lapic(void)
{
    uint64_t base = read_msr(MSR_APIC_BASE);

    report("lapic=0x%llx %s", base, base & APIC_X2APIC ? "x2apic" : "xapic");
    check((base & APIC_ENABLED) != 0, "lapic-enabled", "0x%llx", base);
}

/* The type of memory at or above 1 MiB, where there are no fixed ranges. */
static uint32_t mtrr_type(uint64_t address)
{
    uint64_t fallback = read_msr(MSR_MTRR_DEFAULT);
    uint32_t count = (uint32_t)read_msr(MSR_MTRR_CAP) & MTRR_COUNT_MASK;
    uint32_t type = fallback & MTRR_TYPE_MASK;
    bool matched = false;

    if (!(fallback & MTRR_ENABLED))
        return MTRR_UNCACHEABLE;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t base = read_msr(MSR_MTRR_BASE + 2 * i);
        uint64_t mask = read_msr(MSR_MTRR_BASE + 2 * i + 1);
        uint32_t found = base & MTRR_TYPE_MASK;

        if (!(mask & MTRR_VALID) || ((address ^ base) & mask & MTRR_ADDRESS_MASK) != 0)
            continue;
        /* Where ranges overlap, the lower number is the stricter type. */
        if (!matched || found < type)
            type = found;
        matched = true;
    }
    return type;
}

/* Reported only: MTRRs are the firmware's, and U-Boot leaves all memory uncached. */
static void report_mtrrs(const struct handover *handover)
{
    uint64_t address = handover->image.start;
    uint32_t type = MTRR_WRITE_BACK;

    while (address < handover->image.end && type == MTRR_WRITE_BACK) {
        type = mtrr_type(address);
        address += PAGE;
    }
    report("mtrr-image=%s", type == MTRR_WRITE_BACK ? "write-back" : "other");
}

void check_machine(const struct handover *handover)
{
    check_lapic();
    if (cpuid_features() & CPUID_MTRR)
        report_mtrrs(handover);
}
