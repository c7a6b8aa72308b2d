/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 by both implementations: the vectors of FIPS 180-4, all short lengths, pieces, alignments
 * and large messages. Digests without another source were computed by Python's hashlib.
 */
#include "tests/lib/support.h"

#include "common/base/overflow.h"
#include "common/base/units.h"
#include "common/hash/sha256.h"
#include "pvh/platform/sha_extensions.h"
#include "tools/pvhinfo/host/processor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATTERN_SIZE 300

static bool extensions;

static int choose_portable(void **state)
{
    (void)state;
    extensions = false;
    return 0;
}

static int choose_extensions(void **state)
{
    (void)state;
    extensions = true;
    return 0;
}

/* Skips the rest of the test where the chosen implementation cannot run. */
static void skip_if_absent(void)
{
    struct processor processor = host_processor();

    if (extensions && !sha_extensions_exist(&processor))
        skip();
}

static void assert_digest(const uint8_t digest[SHA256_DIGEST_SIZE], const char *wanted)
{
    char hex[2 * SHA256_DIGEST_SIZE + 1];

    for (size_t i = 0; i < SHA256_DIGEST_SIZE; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    assert_string_equal(hex, wanted);
}

/* The pattern that the digests of hashes_all_short_lengths() are of. */
static void fill(uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)((i * i * 7 + i * 13 + 5) >> 2);
}

static void hashes_the_vectors_of_the_standard(void **state)
{
    static const struct {
        const char *message, *digest;
    } vectors[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
         "lmnopqrsmnopqrstnopqrstu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    };
    uint8_t digest[SHA256_DIGEST_SIZE];

    (void)state;
    skip_if_absent();
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        sha256(vectors[i].message, strlen(vectors[i].message), extensions, digest);
        assert_digest(digest, vectors[i].digest);
    }
    sha256(NULL, 0, extensions, digest);
    assert_digest(digest, vectors[0].digest);
}

static void hashes_a_million_letters(void **state)
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    char letters[1000];
    struct sha256 hash;

    (void)state;
    skip_if_absent();
    memset(letters, 'a', sizeof(letters));
    sha256_init(&hash, extensions);
    for (size_t i = 0; i < 1000; i++)
        sha256_update(&hash, letters, sizeof(letters));
    sha256_final(&hash, digest);
    assert_digest(digest, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* The digest of the digests of the pattern's first 0, 1, ... 300 bytes, each with its exact size.
 */
static void hashes_all_short_lengths(void **state)
{
    uint8_t pattern[PATTERN_SIZE], digest[SHA256_DIGEST_SIZE];
    struct sha256 all;

    (void)state;
    skip_if_absent();
    fill(pattern, PATTERN_SIZE);
    sha256_init(&all, extensions);
    for (size_t size = 0; size <= PATTERN_SIZE; size++) {
        uint8_t *room = malloc(1 + size);

        assert_non_null(room);
        memcpy(room + 1, pattern, size);
        sha256(room + 1, size, extensions, digest);
        sha256_update(&all, digest, sizeof(digest));
        free(room);
    }
    sha256_final(&all, digest);
    assert_digest(digest, "3351e7df7d221bc4bf15bdac5b6930fe40168128bb5a313f4fb324f3a22e641a");
}

/* Random sizes, cut into random pieces at random addresses: the digest is that of one piece. */
static void hashes_pieces_at_any_alignment(void **state)
{
    uint8_t whole[SHA256_DIGEST_SIZE], pieces[SHA256_DIGEST_SIZE];

    (void)state;
    skip_if_absent();
    for (uint64_t seed = 0; seed < 2000; seed++) {
        struct random random = random_start(seed);
        size_t size = random_below(&random, 1000), shift = random_below(&random, 64), length;
        uint8_t *room = malloc(shift + size + 1);
        struct sha256 hash;

        assert_non_null(room);
        for (size_t i = 0; i < size; i++)
            room[shift + i] = (uint8_t)random_next(&random);
        sha256(room + shift, size, false, whole);
        sha256_init(&hash, extensions);
        for (size_t done = 0; done < size; done += length) {
            length = random_below(&random, min_u64(size - done, 200) + 1);
            sha256_update(&hash, room + shift + done, length);
        }
        sha256_final(&hash, pieces);
        check(memcmp(whole, pieces, sizeof(whole)) == 0);
        free(room);
    }
}

/* The length in bits has 33 digits: once in the middle of a block, once with bytes kept. */
static void hashes_half_a_gibibyte(void **state)
{
    static uint8_t zeros[MIB];
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct sha256 hash, shorter;

    (void)state;
    skip_if_absent();
    sha256_init(&hash, extensions);
    for (size_t i = 0; i < 511; i++)
        sha256_update(&hash, zeros, MIB);
    shorter = hash;
    sha256_update(&shorter, zeros, MIB - 1);
    sha256_final(&shorter, digest);
    assert_digest(digest, "bf7f45d9df691bd277948d7f124b87a9f76e16ddb5d8fb25a49df939798f0a01");
    sha256_update(&hash, zeros, MIB);
    sha256_update(&hash, zeros, 77);
    sha256_final(&hash, digest);
    assert_digest(digest, "19095b118d22e183ccbd606d4b02a447ea6cc9a522821c421adb5b5e16a471ed");
}

/* As if 4 GiB and more had been hashed before: what is padded with is their length in bits. */
static void counts_beyond_32_bits(void **state)
{
    static const uint64_t sizes[] = {4 * GIB, 4 * GIB + 64, UINT64_C(1) << 40,
                                     (UINT64_C(1) << 61) - 64};
    uint8_t digest[SHA256_DIGEST_SIZE], padding[SHA256_BLOCK_SIZE] = {0x80};
    struct sha256 hash, wanted;

    (void)state;
    skip_if_absent();
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        sha256_init(&hash, extensions);
        wanted = hash;
        hash.size = sizes[i];
        sha256_final(&hash, digest);
        for (size_t byte = 0; byte < 8; byte++)
            padding[56 + byte] = (uint8_t)(sizes[i] * 8 >> (56 - 8 * byte));
        sha256_blocks_portable(wanted.state, padding, 1);
        for (size_t word = 0; word < 8; word++) {
            const uint8_t *bytes = digest + 4 * word;

            assert_int_equal(wanted.state[word],
                             (uint32_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3]);
        }
    }
}

#define EACH_REGISTER(X)                                                                           \
    X("6", "0")                                                                                    \
    X("7", "16")                                                                                   \
    X("8", "32")                                                                                   \
    X("9", "48")                                                                                   \
    X("10", "64")                                                                                  \
    X("11", "80")                                                                                  \
    X("12", "96")                                                                                  \
    X("13", "112")                                                                                 \
    X("14", "128")                                                                                 \
    X("15", "144")
#define LOAD(number, offset)  "movdqu " offset "(%[before]), %%xmm" number "\n\t"
#define STORE(number, offset) "movdqu %%xmm" number ", " offset "(%[after])\n\t"

/*
 * Calls sha256_blocks_ni() for one block with XMM6 to XMM15 as in `before`; they are then stored in
 * `after`. The stack is moved past the red zone, with the 32 bytes that the function may use.
 */
static void __attribute__((noinline))
call_with_registers(const uint8_t *before, uint8_t *after, uint32_t *hash, const uint8_t *block)
{
    register const uint8_t *from __asm__("r12") = before;
    register uint8_t *to __asm__("r13") = after;
    register uint64_t count __asm__("r8") = 1;
    uintptr_t function = (uintptr_t)sha256_blocks_ni;

    __asm__ volatile("mov %%rsp, %%rbx\n\t"
                     "sub $256, %%rsp\n\t"
                     "and $-16, %%rsp\n\t" EACH_REGISTER(LOAD) "call *%%rax\n\t" EACH_REGISTER(
                         STORE) "mov %%rbx, %%rsp"
                     : "+a"(function), "+c"(hash), "+d"(block), "+r"(count)
                     : [before] "r"(from), [after] "r"(to)
                     : "rbx", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5",
                       "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
                       "xmm15", "cc", "memory");
}

/* They are the caller's in the firmware's calling convention, and anyone's in the compiler's. */
static void keeps_the_vector_registers(void **state)
{
    uint8_t before[160], after[160] = {0}, block[SHA256_BLOCK_SIZE] = {0x80};
    uint32_t hash[8] = {0};

    (void)state;
    skip_if_absent();
    fill(before, sizeof(before));
    call_with_registers(before, after, hash, block);
    assert_memory_equal(before, after, sizeof(before));
    assert_int_not_equal(hash[0], 0);
}

int main(void)
{
#define WITH(choice, test)                                                                         \
    {                                                                                              \
        .name = #test " with " #choice, .test_func = (test), .setup_func = choose_##choice         \
    }
#define WITH_BOTH(test) WITH(portable, test), WITH(extensions, test)
    const struct CMUnitTest tests[] = {
        WITH_BOTH(hashes_the_vectors_of_the_standard),
        WITH_BOTH(hashes_a_million_letters),
        WITH_BOTH(hashes_all_short_lengths),
        WITH_BOTH(hashes_pieces_at_any_alignment),
        WITH_BOTH(hashes_half_a_gibibyte),
        WITH_BOTH(counts_beyond_32_bits),
        WITH(extensions, keeps_the_vector_registers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
