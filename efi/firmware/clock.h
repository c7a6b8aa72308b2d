/* SPDX-License-Identifier: BSD-2-Clause */
/* Measuring time with the processor's time stamp counter, without timers or events; the date. */
#pragma once

#include "efi/efi.h"

#include "common/base/text.h"

/* The time stamp counter now, in ticks. Calls no firmware service. */
uint64_t clock_now(void);

/* True when `ticks` are more than a second. Calibrates only when the answer is not obvious. */
bool clock_exceeds_second(uint64_t ticks);

/* True when clock_second() has been measured. */
bool clock_is_measured(void);

/* Ticks per second. The first call measures it, which takes half a millisecond. */
uint64_t clock_second(void);

/* Converts ticks to microseconds. */
uint64_t clock_microseconds(uint64_t ticks);

/* Waits, without handling input. */
void clock_wait(uint64_t microseconds);

/* Appends date and time as the firmware's clock has them. False, with nothing, if it has none. */
bool clock_append_date(struct text *text);
