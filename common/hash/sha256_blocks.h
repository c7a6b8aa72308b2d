/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two implementations of SHA-256's compression function (FIPS 180-4, 6.2.2), for
 * common/hash/sha256.c. Both add `count` blocks, at any alignment, to the hash value in `state`,
 * and give the same result.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SHA256_BLOCK_SIZE 64

/* The firmware's calling convention. That of 32-bit firmware is the compiler's own. */
#ifdef __x86_64__
#define FIRMWARE_ABI __attribute__((ms_abi))
#else
#define FIRMWARE_ABI
#endif

/* liblzma's, for any processor: third_party/sha256_portable.c. */
void sha256_blocks_portable(uint32_t state[8], const uint8_t *blocks, size_t count);

/*
 * With the processor's SHA extensions; without them it faults. The calling convention is the
 * firmware's: common/hash/sha256_ni.c says why.
 */
FIRMWARE_ABI void sha256_blocks_ni(uint32_t state[8], const uint8_t *blocks, size_t count);
