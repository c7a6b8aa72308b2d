/* SPDX-License-Identifier: BSD-2-Clause */
/* efi/firmware/timing.c: what each phase took, in milliseconds and a tenth. */
#include "tests/lib/support.h"

#include "efi/firmware/clock.h"
#include "efi/firmware/timing.h"

static uint64_t now;

uint64_t clock_now(void)
{
    return now;
}

/* A tick is half a microsecond here. */
uint64_t clock_microseconds(uint64_t ticks)
{
    return ticks / 2;
}

static void enter(uint64_t ticks, enum timing_phase phase)
{
    now += ticks;
    (void)timing_enter(phase);
}

/* Nothing is said of phases that took no time; one that comes back goes on. */
static void phases(void **state)
{
    TEXT_ON_STACK(text, 200);

    (void)state;
    now = 2469000; /* when the loader was started */
    assert_int_equal(timing_enter(TIMING_ENTRIES), TIMING_START);
    enter(2000 * 12, TIMING_READING);
    enter(2000 * 3 + 1998, TIMING_DECODING);
    enter(2 * 499, TIMING_READING);
    enter(2000 * 4000 + 2 * 150, TIMING_PLACING);
    assert_int_equal(timing_enter(TIMING_MAP), TIMING_PLACING);
    now += 2 * 99;
    timing_append(&text);
    assert_string_equal(text.data,
                        "firmware 1234.5, entries 12.0, reading 4004.1, decoding 0.4, map 0.0");
    now += 2;
    text.length = 0;
    timing_append(&text);
    assert_string_equal(text.data,
                        "firmware 1234.5, entries 12.0, reading 4004.1, decoding 0.4, map 0.1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(phases)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
