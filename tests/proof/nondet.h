/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a proof lets be anything. CBMC gives functions without a body any result, and checks all of
 * them at once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

uint64_t nondet_u64(void);
uint32_t nondet_u32(void);
uint16_t nondet_u16(void);
uint8_t nondet_u8(void);
size_t nondet_size(void);
bool nondet_bool(void);

#define ASSUME(condition) __CPROVER_assume(condition)

/* `text` says what is proven: it is what a failure prints. */
#define PROVE(condition, text) __CPROVER_assert(condition, text)
