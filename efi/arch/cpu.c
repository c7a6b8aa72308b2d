/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/arch/cpu.h"

#include "pvh/trampoline.h"

#define CR0_PG   (UINT32_C(1) << 31)
#define CR4_PAE  (UINT32_C(1) << 5)
#define CR4_LA57 (UINT32_C(1) << 12)

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

/* What SGDT and SIDT store. */
struct __attribute__((packed)) table_register {
    uint16_t limit;
    uintptr_t base;
};

static struct range table_range(const struct table_register *table)
{
    return (struct range){table->base, (uint64_t)table->base + table->limit + 1};
}

static unsigned count_page_levels(uintptr_t cr0, uintptr_t cr4)
{
    if (!(cr0 & CR0_PG))
        return 0;
    if (sizeof(uintptr_t) == sizeof(uint64_t))
        return (cr4 & CR4_LA57) ? 5 : 4;
    return (cr4 & CR4_PAE) ? 3 : 2;
}

struct processor_state cpu_read_state(void)
{
    struct table_register gdt, idt;
    uintptr_t cr0, cr3, cr4;

    __asm__("mov %%cr0, %0" : "=r"(cr0));
    __asm__("mov %%cr3, %0" : "=r"(cr3));
    __asm__("mov %%cr4, %0" : "=r"(cr4));
    __asm__("sgdt %0" : "=m"(gdt));
    __asm__("sidt %0" : "=m"(idt));
    return (struct processor_state){
        .stack_pointer = (uintptr_t)__builtin_frame_address(0),
        .page_table = cr3,
        .page_levels = count_page_levels(cr0, cr4),
        .gdt = table_range(&gdt),
        .idt = table_range(&idt),
    };
}

uint64_t cpu_read_memory(uint64_t address)
{
    return *(const volatile uint64_t *)(uintptr_t)address;
}

uint64_t cpu_read_counter(void)
{
    return __builtin_ia32_rdtsc();
}

uint8_t cpu_read_port(uint16_t port)
{
    uint8_t value;

    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

void cpu_write_port(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
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
