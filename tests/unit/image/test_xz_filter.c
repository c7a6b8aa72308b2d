/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * third_party/xz_x86.c beside the file of liblzma that it replaces: the same bytes and the same
 * counts for any data, in any pieces, at any position.
 */
#include "tests/lib/support.h"

#include "common/base/overflow.h"

#include <stdlib.h>
#include <string.h>

/* liblzma's own, its encoder included, under other names. */
#define HAVE_ENCODER_X86
#define lzma_simple_x86_decoder_init their_decoder_init
#define lzma_simple_x86_encoder_init their_encoder_init
#include <simple/x86.c> /* NOLINT(bugprone-suspicious-include): for its static functions */
#undef lzma_simple_x86_decoder_init
#define lzma_simple_x86_decoder_init our_decoder_init
#include "third_party/xz_x86.c" /* NOLINT(bugprone-suspicious-include) */

#define SHORT  9 /* bytes of the strings that are tried one and all */
#define LENGTH 4096
#define ROUNDS 3000

/* What both filters get, instead of a coder. */
struct filter {
    size_t (*run)(void *state, uint32_t position, bool is_encoder, uint8_t *bytes, size_t size);
    _Alignas(8) uint8_t state[64];
};

static struct filter *initialized;

lzma_ret lzma_simple_coder_init(lzma_next_coder *next, const lzma_allocator *allocator,
                                const lzma_filter_info *filters,
                                size_t (*filter)(void *, uint32_t, bool, uint8_t *, size_t),
                                size_t simple_size, size_t unfiltered_max, uint32_t alignment,
                                bool is_encoder)
{
    static lzma_simple_coder coder;

    (void)allocator;
    (void)filters;
    assert_true(simple_size <= sizeof(initialized->state));
    assert_int_equal(unfiltered_max, 5);
    assert_int_equal(alignment, 1);
    assert_false(is_encoder);
    coder.simple = initialized->state;
    next->coder = &coder;
    initialized->run = filter;
    return LZMA_OK;
}

static struct filter make_filter(lzma_ret (*init)(lzma_next_coder *, const lzma_allocator *,
                                                  const lzma_filter_info *))
{
    struct filter filter = {.run = NULL};
    lzma_next_coder next = {.coder = NULL};

    initialized = &filter;
    assert_int_equal(init(&next, NULL, NULL), LZMA_OK);
    ((lzma_simple_coder *)next.coder)->simple = NULL;
    initialized = NULL;
    return filter;
}

/* Runs a filter over pieces, as liblzma does: what it leaves at a piece's end starts the next one.
 */
static void run_in_pieces(struct filter *filter, uint32_t position, uint8_t *bytes, size_t size,
                          unsigned seed, size_t *ret_done)
{
    size_t done = 0, end = 0;

    srand(seed);
    while (end < size) {
        end = min_u64(size, end + 1 + (size_t)rand() % (size < LENGTH ? SHORT : 40));
        done +=
            filter->run(filter->state, position + (uint32_t)done, false, bytes + done, end - done);
    }
    *ret_done = done;
}

static void compare(const uint8_t *bytes, size_t size, uint32_t position, unsigned seed)
{
    struct filter ours = make_filter(our_decoder_init), theirs = make_filter(their_decoder_init);
    uint8_t by_us[LENGTH], by_them[LENGTH];
    size_t our_count, their_count;

    memcpy(by_us, bytes, size);
    memcpy(by_them, bytes, size);
    run_in_pieces(&ours, position, by_us, size, seed, &our_count);
    run_in_pieces(&theirs, position, by_them, size, seed, &their_count);
    assert_int_equal(our_count, their_count);
    assert_memory_equal(by_us, by_them, size);
}

/* Mostly what the filter looks for; now and then anything. */
static void fill(uint8_t *bytes, size_t size)
{
    static const uint8_t often[] = {0xe8, 0xe9, 0x00, 0xff, 0xe8, 0x01, 0xfe, 0xea};

    for (size_t i = 0; i < size; i++)
        bytes[i] = rand() % 4 ? often[(size_t)rand() % sizeof(often)] : (uint8_t)rand();
}

static void decodes_every_short_string_alike(void **state)
{
    static const uint8_t letters[] = {0xe8, 0x00, 0xff, 0x7f};
    uint8_t bytes[SHORT + 3];

    (void)state;
    for (unsigned long number = 0; number < 1ul << 2 * SHORT; number++) {
        for (size_t i = 0; i < SHORT; i++)
            bytes[i] = letters[number >> 2 * i & 3];
        memset(bytes + SHORT, 0xff, sizeof(bytes) - SHORT);
        compare(bytes, sizeof(bytes), number % 2 ? (uint32_t)number : 0u - 6, (unsigned)number);
    }
}

static void decodes_random_bytes_alike(void **state)
{
    uint8_t bytes[LENGTH];

    (void)state;
    for (unsigned round = 0; round < ROUNDS; round++) {
        srand(round);
        fill(bytes, sizeof(bytes));
        /* Every other time, positions pass 4 GiB on the way. */
        compare(bytes, sizeof(bytes), round % 2 ? (uint32_t)rand() : 0u - LENGTH / 2, round);
    }
}

static void undoes_what_the_encoder_did(void **state)
{
    uint8_t original[LENGTH], bytes[LENGTH];
    size_t count;

    (void)state;
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct filter ours = make_filter(our_decoder_init);
        uint32_t start;

        srand(round);
        start = round % 2 ? (uint32_t)rand() : 0;
        fill(original, sizeof(original));
        memcpy(bytes, original, sizeof(bytes));
        count = lzma_bcj_x86_encode(start, bytes, sizeof(bytes));
        assert_true(count > sizeof(bytes) - 5);
        run_in_pieces(&ours, start, bytes, sizeof(bytes), round, &count);
        assert_memory_equal(bytes, original, sizeof(bytes));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_every_short_string_alike),
        cmocka_unit_test(decodes_random_bytes_alike),
        cmocka_unit_test(undoes_what_the_encoder_did),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
