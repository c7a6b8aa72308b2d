/* SPDX-License-Identifier: BSD-2-Clause */
/* Lends liblzma's SHA-256, which xz needs anyway, to common/hash. */
#include "common/hash/sha256_blocks.h"

#include "check.h"

void sha256_blocks_portable(uint32_t state[8], const uint8_t *blocks, size_t count)
{
    lzma_check_state check;

    /* With no bytes kept, whole blocks change nothing but the hash value. */
    memcpy(check.state.sha256.state, state, sizeof(check.state.sha256.state));
    check.state.sha256.size = 0;
    lzma_sha256_update(blocks, count * SHA256_BLOCK_SIZE, &check);
    memcpy(state, check.state.sha256.state, sizeof(check.state.sha256.state));
}
