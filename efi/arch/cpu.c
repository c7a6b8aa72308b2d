/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/arch/cpu.h"

#include "pvh/trampoline.h"

struct cpuid_result cpu_read_id(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid_result result;

    __asm__("cpuid"
            : "=a"(result.eax), "=b"(result.ebx), "=c"(result.ecx), "=d"(result.edx)
            : "a"(leaf), "c"(subleaf));
    return result;
}

uint64_t cpu_read_msr(uint32_t msr)
{
    uint32_t low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return low | (uint64_t)high << 32;
}

uint64_t cpu_read_counter(void)
{
    return __builtin_ia32_rdtsc();
}

void cpu_halt(void)
{
    for (;;)
        __asm__ volatile("cli; hlt");
}

void cpu_jump(uint64_t code, uint64_t data)
{
    ((trampoline_function *)(uintptr_t)code)(data);
    __builtin_unreachable();
}
