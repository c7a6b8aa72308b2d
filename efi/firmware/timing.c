/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/timing.h"

#include "efi/firmware/clock.h"

static struct {
    enum timing_phase phase;
    uint64_t first;                /* clock_now() at the first phase; 0 before that */
    uint64_t since;                /* clock_now() when the current phase was entered */
    uint64_t spent[TIMING_PHASES]; /* ticks */
} timing;

enum timing_phase timing_enter(enum timing_phase phase)
{
    enum timing_phase before = timing.phase;
    uint64_t now = clock_now();

    if (timing.first == 0)
        timing.first = timing.since = now;
    timing.spent[before] += now - timing.since;
    timing.since = now;
    timing.phase = phase;
    return before;
}

static void append_time(struct text *text, const char *name, uint64_t ticks)
{
    uint64_t microseconds = clock_microseconds(ticks);

    text_format(text, "%s %llu.%llu", name, (unsigned long long)(microseconds / 1000),
                (unsigned long long)(microseconds % 1000 / 100));
}

void timing_append(struct text *text)
{
    /* arrays instead of pointers: no relocations */
    static const char names[TIMING_PHASES][12] = {
        [TIMING_START] = ", start",         [TIMING_ENTRIES] = ", entries",
        [TIMING_MENU] = ", menu",           [TIMING_OPENING] = ", opening",
        [TIMING_READING] = ", reading",     [TIMING_DECODING] = ", decoding",
        [TIMING_PLACING] = ", placing",     [TIMING_MAP] = ", map",
        [TIMING_MEASURING] = ", measuring",
    };

    (void)timing_enter(timing.phase);
    append_time(text, "firmware", timing.first);
    for (size_t i = 0; i < TIMING_PHASES; i++) {
        if (timing.spent[i] > 0)
            append_time(text, names[i], timing.spent[i]);
    }
}
