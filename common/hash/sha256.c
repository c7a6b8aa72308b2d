/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/hash/sha256.h"

#include "common/base/overflow.h"

#include <string.h>

#define LENGTH_SIZE 8 /* of the message's length in bits, at the end of the last block */

static void add_blocks(struct sha256 *hash, const uint8_t *blocks, size_t count)
{
    if (hash->extensions)
        sha256_blocks_ni(hash->state, blocks, count);
    else
        sha256_blocks_portable(hash->state, blocks, count);
}

static void put_be(uint8_t *to, size_t width, uint64_t number)
{
    for (size_t i = 0; i < width; i++)
        to[i] = (uint8_t)(number >> 8 * (width - 1 - i));
}

void sha256_init(struct sha256 *hash, bool extensions)
{
    /* FIPS 180-4, 5.3.3. */
    static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

    memcpy(hash->state, initial, sizeof(initial));
    hash->size = 0;
    hash->extensions = extensions;
}

/* Fills up the block that was begun before; returns how many bytes that took. */
static size_t fill_block(struct sha256 *hash, const uint8_t *bytes, size_t size)
{
    size_t kept = hash->size % SHA256_BLOCK_SIZE;
    size_t count;

    if (kept == 0)
        return 0;
    count = min_u64(size, SHA256_BLOCK_SIZE - kept);
    memcpy(hash->block + kept, bytes, count);
    if (kept + count == SHA256_BLOCK_SIZE)
        add_blocks(hash, hash->block, 1);
    return count;
}

void sha256_update(struct sha256 *hash, const void *bytes, size_t size)
{
    const uint8_t *from = bytes;
    size_t filled, whole;

    if (size == 0)
        return; /* `bytes` may be NULL */
    filled = fill_block(hash, from, size);
    whole = (size - filled) / SHA256_BLOCK_SIZE;
    hash->size += size;
    from += filled;
    if (whole > 0)
        add_blocks(hash, from, whole);
    if (filled < size)
        memcpy(hash->block, from + whole * SHA256_BLOCK_SIZE, hash->size % SHA256_BLOCK_SIZE);
}

void sha256_final(struct sha256 *hash, uint8_t ret_digest[SHA256_DIGEST_SIZE])
{
    size_t kept = hash->size % SHA256_BLOCK_SIZE;

    hash->block[kept++] = 0x80;
    memset(hash->block + kept, 0, SHA256_BLOCK_SIZE - kept);
    if (kept > SHA256_BLOCK_SIZE - LENGTH_SIZE) {
        add_blocks(hash, hash->block, 1);
        memset(hash->block, 0, SHA256_BLOCK_SIZE);
    }
    put_be(hash->block + SHA256_BLOCK_SIZE - LENGTH_SIZE, LENGTH_SIZE, hash->size * 8);
    add_blocks(hash, hash->block, 1);
    for (size_t i = 0; i < 8; i++)
        put_be(ret_digest + 4 * i, 4, hash->state[i]);
}

void sha256(const void *bytes, size_t size, bool extensions, uint8_t ret_digest[SHA256_DIGEST_SIZE])
{
    struct sha256 hash;

    sha256_init(&hash, extensions);
    sha256_update(&hash, bytes, size);
    sha256_final(&hash, ret_digest);
}
