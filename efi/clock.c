/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/clock.h"

#include "efi/efi.h"

#define MEASURED 1000 /* microseconds: what Stall() is asked for to learn the rate */

uint64_t clock_ticks(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return low | (uint64_t)high << 32;
}

uint64_t clock_microseconds(uint64_t ticks)
{
    static uint64_t rate; /* ticks in a microsecond */
    uint64_t start = clock_ticks();

    if (rate == 0 && !EFI_ERROR(BS->Stall(MEASURED)))
        rate = (clock_ticks() - start) / MEASURED;
    return rate ? ticks / rate : 0;
}
