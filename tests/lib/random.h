/* SPDX-License-Identifier: BSD-2-Clause */
/* Pseudo-random numbers, the same on every machine (SplitMix64), for tests and fuzzers. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct random {
    uint64_t state; /* at the start, any seed */
};

static inline uint64_t random_next(struct random *random)
{
    uint64_t mixed = random->state += UINT64_C(0x9e3779b97f4a7c15);

    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

static inline uint64_t random_below(struct random *random, uint64_t limit)
{
    return random_next(random) % limit;
}

static inline bool random_chance(struct random *random, unsigned percent)
{
    return random_below(random, 100) < percent;
}
