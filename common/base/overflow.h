/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arithmetic on untrusted numbers (files, tables, firmware). The checked helpers return false
 * instead of wrapping; *ret is then undefined. Each is an instruction or two, so they are inline.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

static inline bool checked_add(uint64_t a, uint64_t b, uint64_t *ret)
{
    return !__builtin_add_overflow(a, b, ret);
}

static inline bool checked_mul(uint64_t a, uint64_t b, uint64_t *ret)
{
    return !__builtin_mul_overflow(a, b, ret);
}

/* Rounds up to a multiple of `alignment`, a power of two. */
static inline bool checked_align_up(uint64_t value, uint64_t alignment, uint64_t *ret)
{
    uint64_t bumped;

    if (!checked_add(value, alignment - 1, &bumped))
        return false;
    *ret = bumped & ~(alignment - 1);
    return true;
}

/* Rounds down to a multiple of `alignment`, a power of two. */
static inline uint64_t align_down(uint64_t value, uint64_t alignment)
{
    return value & ~(alignment - 1);
}

/* Rounds up; the caller knows that the result fits, i.e. value <= 2^64 - alignment. */
static inline uint64_t align_up(uint64_t value, uint64_t alignment)
{
    return align_down(value + (alignment - 1), alignment);
}

static inline bool is_power_of_two(uint64_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

/* True when [offset, offset + length) lies inside [0, size). */
static inline bool fits_inside(uint64_t offset, uint64_t length, uint64_t size)
{
    return offset <= size && length <= size - offset;
}

/* True when an address can be a pointer: 32-bit firmware may name some that it cannot reach. */
static inline bool is_addressable(uint64_t address)
{
    return (uintptr_t)address == address;
}

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}
