/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/clock.h"

#include "common/base/overflow.h"
#include "efi/arch/cpu.h"

/* A lower bound for every x86-64 processor: shorter times need no calibration. */
#define MIN_TICKS_PER_SECOND UINT64_C(500000000)

#define SAMPLE_MICROSECONDS 500

static uint64_t second; /* in ticks; 0: not measured yet */

uint64_t clock_now(void)
{
    return cpu_read_counter();
}

/*
 * CPUID does not report the rate on every processor, so it is measured. Stall() may take longer
 * than asked but not less, and the result errs on the high side.
 */
uint64_t clock_second(void)
{
    uint64_t start = clock_now();

    if (second == 0) {
        (void)BS->Stall(SAMPLE_MICROSECONDS);
        second =
            max_u64((clock_now() - start) * (1000000 / SAMPLE_MICROSECONDS), MIN_TICKS_PER_SECOND);
    }
    return second;
}

bool clock_is_measured(void)
{
    return second != 0;
}

bool clock_exceeds_second(uint64_t ticks)
{
    return ticks > MIN_TICKS_PER_SECOND && ticks > clock_second();
}

uint64_t clock_microseconds(uint64_t ticks)
{
    return ticks / (clock_second() / 1000000);
}

void clock_wait(uint64_t microseconds)
{
    (void)BS->Stall(microseconds);
}

bool clock_append_date(struct text *text)
{
    EFI_TIME time;

    if (EFI_ERROR(RT->GetTime(&time, NULL)))
        return false;
    text_format(text, "%04u-%02u-%02u %02u:%02u:%02u", time.Year, time.Month, time.Day, time.Hour,
                time.Minute, time.Second);
    return true;
}
