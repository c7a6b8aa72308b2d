/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What compilers leave to libgcc when 64-bit numbers meet a 32-bit processor, with its names and
 * meanings (GCC Internals, 4.1). A divisor of zero is undefined, as in C.
 */
#pragma once

#include <stdint.h>

uint64_t __udivdi3(uint64_t dividend, uint64_t divisor);
uint64_t __umoddi3(uint64_t dividend, uint64_t divisor);
int64_t __divdi3(int64_t dividend, int64_t divisor);
int64_t __moddi3(int64_t dividend, int64_t divisor);

/* Returns the quotient; *ret_remainder is the remainder, unless that is NULL. */
uint64_t __udivmoddi4(uint64_t dividend, uint64_t divisor, uint64_t *ret_remainder);

/* Shifts by 0 to 63, which clang leaves to the library where code has to be small. */
uint64_t __ashldi3(uint64_t number, int count);
uint64_t __lshrdi3(uint64_t number, int count);

/* The number of zero bits below the lowest one bit; undefined for zero. */
int __ctzdi2(uint64_t number);
