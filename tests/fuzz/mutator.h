/* SPDX-License-Identifier: BSD-2-Clause */
/* What libFuzzer's custom mutators share: each change depends on its seed alone. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's own, which changes bytes. Returns the new size. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

/* Xorshift (G. Marsaglia, 2003), of any number but 0. */
static inline uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static inline uint32_t start_random(unsigned seed)
{
    return seed ? seed : 1;
}

static inline size_t below(uint32_t *state, size_t limit)
{
    return next_random(state) % limit;
}
