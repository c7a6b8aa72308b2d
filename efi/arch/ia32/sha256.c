/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In place of common/hash/sha256_ni.c: 32-bit firmware need not align the stack for vector
 * registers (UEFI 2.10, 2.3.2), and the processors that come with it have no SHA extensions.
 */
#include "common/hash/sha256_blocks.h"

void sha256_blocks_ni(uint32_t state[8], const uint8_t *blocks, size_t count)
{
    sha256_blocks_portable(state, blocks, count);
}
