/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 with the SHA extensions (Intel's Software Developer's Manual, volume 2, SHA256RNDS2,
 * SHA256MSG1, SHA256MSG2).
 *
 * This uses vector registers; efi/arch/vector_registers.h says why it may. With ms_abi the compiler
 * saves XMM6 to XMM15 here. It calls nothing, so no call of the firmware sees the registers in use.
 */
#include "common/hash/sha256_blocks.h"

#include <immintrin.h>

/* FIPS 180-4, 4.2.2. */
static const uint32_t constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

#define WITH_SHA static inline __attribute__((always_inline, target("sha,sse4.1")))

/* The working variables, as the instructions want them: a b e f and c d g h, a and c highest. */
struct variables {
    __m128i abef;
    __m128i cdgh;
};

/* Four rounds with words t to t + 3 of the message schedule. */
WITH_SHA struct variables do_rounds(struct variables v, __m128i words, const uint32_t *k)
{
    __m128i sums = _mm_add_epi32(words, _mm_load_si128((const __m128i *)(const void *)k));
    struct variables after;

    after.cdgh = _mm_sha256rnds2_epu32(v.cdgh, v.abef, sums);
    after.abef = _mm_sha256rnds2_epu32(v.abef, after.cdgh, _mm_shuffle_epi32(sums, 0x0e));
    return after;
}

/* Four words of the message schedule from the sixteen before them, oldest first. */
WITH_SHA __m128i next_words(__m128i a, __m128i b, __m128i c, __m128i d)
{
    __m128i sums = _mm_add_epi32(_mm_sha256msg1_epu32(a, b), _mm_alignr_epi8(d, c, 4));

    return _mm_sha256msg2_epu32(sums, d);
}

/* Words are big-endian in the message. */
WITH_SHA __m128i load_words(const uint8_t *bytes)
{
    const __m128i order = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);

    return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)bytes), order);
}

WITH_SHA struct variables add_block(struct variables before, const uint8_t *block)
{
    struct variables v = before;
    __m128i a = load_words(block);
    __m128i b = load_words(block + 16);
    __m128i c = load_words(block + 32);
    __m128i d = load_words(block + 48);
    const uint32_t *k = constants;

    for (;;) {
        v = do_rounds(v, a, k);
        v = do_rounds(v, b, k + 4);
        v = do_rounds(v, c, k + 8);
        v = do_rounds(v, d, k + 12);
        k += 16;
        if (k == constants + 64)
            break;
        a = next_words(a, b, c, d);
        b = next_words(b, c, d, a);
        c = next_words(c, d, a, b);
        d = next_words(d, a, b, c);
    }
    return (struct variables){_mm_add_epi32(before.abef, v.abef),
                              _mm_add_epi32(before.cdgh, v.cdgh)};
}

FIRMWARE_ABI void __attribute__((target("sha,sse4.1")))
sha256_blocks_ni(uint32_t state[8], const uint8_t *blocks, size_t count)
{
    __m128i *halves = (__m128i *)(void *)state;
    __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128(halves), 0xb1);
    __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128(halves + 1), 0x1b);
    struct variables v = {_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xf0)};

    for (; count > 0; count--, blocks += SHA256_BLOCK_SIZE)
        v = add_block(v, blocks);
    cdab = _mm_shuffle_epi32(v.abef, 0x1b); /* f e b a */
    efgh = _mm_shuffle_epi32(v.cdgh, 0xb1);
    _mm_storeu_si128(halves, _mm_blend_epi16(cdab, efgh, 0xf0));
    _mm_storeu_si128(halves + 1, _mm_alignr_epi8(efgh, cdab, 8));
}
