/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Payloads: words computed from their index and a seed, so that a payload in memory can be
 * verified. The kernel's own has seed 0, module i has seed i + 1.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

static inline uint32_t payload_word(uint32_t seed, uint32_t index)
{
    uint32_t word = (index + 1) * UINT32_C(0x9e3779b1) + seed * UINT32_C(0x85ebca6b);

    return word ^ word >> 15;
}

static inline bool payload_is_whole(const uint32_t *words, uint32_t count, uint32_t seed)
{
    for (uint32_t i = 0; i < count; i++) {
        if (words[i] != payload_word(seed, i))
            return false;
    }
    return true;
}

/* What a test kernel must find. bench.py fills it in, at the magic. */
#define EXPECTED_MAGIC "pvhbench"

struct expected {
    char magic[8];
    uint32_t payload; /* its address; in a PE file, its offset in the image */
    uint32_t payload_size;
    uint32_t module_count;
    uint32_t module_size; /* of each, in bytes */
};
