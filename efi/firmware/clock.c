/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/clock.h"

#include "common/base/overflow.h"
#include "efi/arch/cpu.h"

/* Fewer than of any processor with 64 bits: what takes less needs no counting. */
#define FEWEST_A_SECOND UINT64_C(500000000)

#define SAMPLE_TIME 500 /* in us, as Stall() counts */

uint64_t clock_now(void)
{
    return cpu_read_counter();
}

/* No table tells it on every processor. Firmware stalls for longer, if not exactly as long. */
uint64_t clock_second(void)
{
    static uint64_t second;
    uint64_t start = clock_now();

    if (second == 0) {
        (void)BS->Stall(SAMPLE_TIME);
        second = max_u64((clock_now() - start) * (1000000 / SAMPLE_TIME), FEWEST_A_SECOND);
    }
    return second;
}

bool clock_exceeds_second(uint64_t ticks)
{
    return ticks > FEWEST_A_SECOND && ticks > clock_second();
}

uint64_t clock_microseconds(uint64_t ticks)
{
    return ticks / (clock_second() / 1000000);
}

void clock_wait(uint64_t microseconds)
{
    (void)BS->Stall(microseconds);
}
