/* SPDX-License-Identifier: BSD-2-Clause */
/* Starts all other processors that ACPI's MADT lists, as a kernel would, to see that they wait. */
#include "processors.h"

#include "handover.h"
#include "ports.h"
#include "report.h"

#define MADT_ENTRIES      44u
#define MADT_LOCAL_APIC   0u
#define MADT_LOCAL_X2APIC 9u
#define MADT_ENABLED      1u

#define MSR_APIC_BASE 0x1b
#define APIC_X2APIC   (1u << 10)
#define APIC_ADDRESS  0xfffff000u
#define MSR_ICR       0x830
#define ICR_LOW       0x300
#define ICR_PENDING   (1u << 12)
/* To all but this one. */
#define ICR_INIT  0xc4500u
#define ICR_START 0xc4600u

/* Memory that belongs to the kernel by the ABI, like that of entry.S. */
#define STUB         0x7000u
#define STUB_COUNTER 0x7100u
#define STUB_PAGE    (STUB >> 12)

/* Reads of this port take about a microsecond. */
#define PORT_DELAY  0x80
#define INIT_DELAY  10000u
#define START_DELAY 200u
#define PATIENCE    3000000u

/* Real mode: xor ax,ax; mov ds,ax; lock inc word [STUB_COUNTER]; cli; hlt; jmp to the cli. */
static const uint8_t stub[] = {0x31, 0xc0, 0x8e, 0xd8, 0xf0, 0xff, 0x06,
                               0x00, 0x71, 0xfa, 0xf4, 0xeb, 0xfc};

static void delay(uint32_t microseconds)
{
    while (microseconds--)
        (void)port_read(PORT_DELAY);
}

static void send(uint32_t command)
{
    uint32_t low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(MSR_APIC_BASE));
    if (low & APIC_X2APIC) {
        __asm__ volatile("wrmsr" : : "a"(command), "d"(0), "c"(MSR_ICR));
        return;
    }
    volatile uint32_t *icr = at_physical((low & APIC_ADDRESS) + ICR_LOW);

    *icr = command;
    while (*icr & ICR_PENDING)
        ;
}

static uint32_t count_processors(const uint8_t *madt, uint32_t length)
{
    uint32_t count = 0;

    for (uint32_t at = MADT_ENTRIES; at + 8 <= length && madt[at + 1] != 0; at += madt[at + 1]) {
        uint32_t flags = madt[at] == MADT_LOCAL_APIC     ? madt[at + 4]
                         : madt[at] == MADT_LOCAL_X2APIC ? madt[at + 8]
                                                         : 0;

        count += flags & MADT_ENABLED;
    }
    return count;
}

void check_processors(const struct handover *handover, const uint8_t *madt, uint32_t length)
{
    volatile uint16_t *counter = at_physical(STUB_COUNTER);
    uint32_t others = count_processors(madt, length) - 1;

    if (!memmap_covers(handover, MEMMAP_RAM, (struct extent){STUB, STUB + 0x1000}))
        return;
    __builtin_memcpy(at_physical(STUB), stub, sizeof stub);
    *counter = 0;
    send(ICR_INIT);
    delay(INIT_DELAY);
    for (uint32_t i = 0; i < 2; i++) {
        send(ICR_START | STUB_PAGE);
        delay(START_DELAY);
    }
    for (uint32_t i = 0; i < PATIENCE && *counter < others; i++)
        delay(1);
    check(*counter == others, "processors-start", "%u of %u", *counter, others);
}
