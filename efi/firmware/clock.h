/* SPDX-License-Identifier: BSD-2-Clause */
/* How long something takes, by the processor's time stamp counter: no firmware call, no timer. */
#pragma once

#include "efi/efi.h"

/* Ticks since some time before the loader was started. */
uint64_t clock_now(void);

/* True when so many ticks are more than a second. */
bool clock_exceeds_second(uint64_t ticks);

/* Ticks in a second. They are counted when first asked for, which takes half a millisecond. */
uint64_t clock_second(void);

/* So many ticks as microseconds. */
uint64_t clock_microseconds(uint64_t ticks);

/* Does nothing for so many microseconds. */
void clock_wait(uint64_t microseconds);
