/* SPDX-License-Identifier: BSD-2-Clause */
/* Time since the machine was reset, by the processor's time stamp counter. */
#pragma once

#include <stdint.h>

uint64_t clock_ticks(void);

/* Ticks as microseconds; 0 when the counter's rate cannot be learnt. The first call takes 1 ms. */
uint64_t clock_microseconds(uint64_t ticks);
