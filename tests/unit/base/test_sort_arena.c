/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/base/sort.h"
#include "common/base/units.h"

#include <stdlib.h>
#include <string.h>

#define MAX_KEYS 300

struct keyed {
    uint32_t key;
    uint8_t number; /* identifies the element, to detect lost and duplicated ones */
    uint8_t junk[3];
};

static int compare_keys(const void *a, const void *b)
{
    return COMPARE(((const struct keyed *)a)->key, ((const struct keyed *)b)->key);
}

static uint64_t fingerprint(const struct keyed *items, size_t count)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += (uint64_t)items[i].key * 1000003 + (uint64_t)items[i].number * items[i].number +
               items[i].junk[0];
    return sum;
}

static void check_sorted(struct keyed *items, size_t count)
{
    uint64_t before = fingerprint(items, count);

    sort(items, count, sizeof(*items), compare_keys);
    for (size_t i = 1; i < count; i++)
        check(items[i - 1].key <= items[i].key);
    check(fingerprint(items, count) == before);
}

static void sort_random(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        struct random random = random_start(seed);
        size_t count = random_below(&random, MAX_KEYS);
        uint64_t limit = 1 + random_below(&random, seed % 2 ? 5 : UINT32_MAX);
        struct keyed *items = malloc((count + 1) * sizeof(*items));

        for (size_t i = 0; i < count; i++) {
            memset(&items[i], (int)i, sizeof(items[i]));
            items[i].key = (uint32_t)random_below(&random, limit);
        }
        check_sorted(items, count);
        free(items);
    }
}

static void sort_patterns(void **state)
{
    (void)state;
    for (size_t count = 0; count < 70; count++) {
        struct keyed rising[70] = {{0}}, falling[70] = {{0}}, same[70] = {{0}};

        for (size_t i = 0; i < count; i++) {
            rising[i].key = (uint32_t)i;
            falling[i].key = (uint32_t)(count - i);
            rising[i].number = falling[i].number = same[i].number = (uint8_t)i;
        }
        check_sorted(rising, count);
        check_sorted(falling, count);
        check_sorted(same, count);
    }
}

static int compare_bytes(const void *a, const void *b)
{
    return COMPARE(*(const uint8_t *)a, *(const uint8_t *)b);
}

static void sort_single_bytes(void **state)
{
    char letters[] = "the quick brown fox";

    (void)state;
    sort(letters, strlen(letters), 1, compare_bytes);
    assert_string_equal(letters, "   bcefhiknooqrtuwx");
}

static int comparisons;

static int compare_counting(const void *a, const void *b)
{
    comparisons++;
    return compare_keys(a, b);
}

static void sort_is_never_quadratic(void **state)
{
    static struct keyed items[4096];

    (void)state;
    for (size_t i = 0; i < ELEMENTS(items); i++)
        items[i].key = (uint32_t)(i % 2 ? i : ELEMENTS(items) - i);
    comparisons = 0;
    sort(items, ELEMENTS(items), sizeof(*items), compare_counting);
    assert_in_range(comparisons, 1, 3 * ELEMENTS(items) * 12);
}

/* Comparing versions is what sorting entries costs: four for each element before heapsort, and in
 * it little more than the binary logarithm of their number.
 */
static void sort_needs_few_comparisons(void **state)
{
    static struct keyed items[4096];
    struct random random = random_start(1);

    (void)state;
    for (size_t i = 0; i < ELEMENTS(items); i++)
        items[i].key = (uint32_t)random_below(&random, UINT32_MAX);
    comparisons = 0;
    sort(items, ELEMENTS(items), sizeof(*items), compare_counting);
    assert_in_range(comparisons, 1, (4 + 12 + 2) * ELEMENTS(items));
    for (size_t i = 1; i < ELEMENTS(items); i++)
        check(items[i - 1].key <= items[i].key);
}

/* Like entries, which directories have from old to new, and menus from new to old. */
static void sort_of_the_reversed_is_linear(void **state)
{
    static struct keyed items[4095];

    (void)state;
    for (size_t i = 0; i < ELEMENTS(items); i++)
        items[i].key = (uint32_t)(ELEMENTS(items) - i);
    comparisons = 0;
    sort(items, ELEMENTS(items), sizeof(*items), compare_counting);
    assert_int_equal(comparisons, ELEMENTS(items) - 1);
    for (size_t i = 0; i < ELEMENTS(items); i++)
        check(items[i].key == i + 1);
}

/* Like firmware memory maps: sorted, except for a few appended elements. */
static void sort_of_the_almost_ordered_is_linear(void **state)
{
    static struct keyed items[4096];

    (void)state;
    for (size_t i = 0; i < ELEMENTS(items); i++)
        items[i].key = (uint32_t)i;
    items[ELEMENTS(items) - 2].key = 40;
    items[ELEMENTS(items) - 1].key = 50;
    comparisons = 0;
    sort(items, ELEMENTS(items), sizeof(*items), compare_counting);
    assert_in_range(comparisons, 1, 4 * ELEMENTS(items));
    for (size_t i = 1; i < ELEMENTS(items); i++)
        check(items[i - 1].key <= items[i].key);
}

struct wide {
    uint8_t bytes[203];
};

static void sort_wide_elements(void **state)
{
    struct random random = random_start(1);
    struct wide items[64];

    (void)state;
    for (size_t i = 0; i < ELEMENTS(items); i++)
        memset(&items[i], (int)random_below(&random, 256), sizeof(items[i]));
    sort(items, ELEMENTS(items), sizeof(*items), compare_bytes);
    for (size_t i = 0; i < ELEMENTS(items); i++) {
        check(i == 0 || items[i - 1].bytes[0] <= items[i].bytes[0]);
        for (size_t byte = 1; byte < sizeof(items[i]); byte++)
            check(items[i].bytes[byte] == items[i].bytes[0]);
    }
}

/* Provides chunks to the real arena, as large as requested or larger. */
static size_t chunks_out, bytes_asked, surplus;
static bool provider_empty;

static void *get_chunk(size_t size, size_t *ret_size)
{
    if (provider_empty)
        return NULL;
    chunks_out++;
    bytes_asked += size;
    *ret_size = size + surplus;
    return malloc(*ret_size);
}

static void put_chunk(void *chunk, size_t size)
{
    assert_true(size > 0);
    memset(chunk, 0xee, size); /* the sanitizer checks the size */
    free(chunk);
    chunks_out--;
}

static struct arena start_arena(void)
{
    chunks_out = bytes_asked = surplus = 0;
    provider_empty = false;
    return (struct arena){.get_chunk = get_chunk, .put_chunk = put_chunk};
}

static void arena_pieces_are_zeroed_aligned_and_apart(void **state)
{
    struct arena arena = start_arena();
    uint8_t *pieces[200];

    (void)state;
    surplus = 4096 + 8;
    for (size_t i = 0; i < ELEMENTS(pieces); i++) {
        pieces[i] = arena_alloc(&arena, i * 13, 7);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % 16, 0);
        for (size_t byte = 0; byte < i * 13 * 7; byte++)
            assert_int_equal(pieces[i][byte], 0);
        memset(pieces[i], (int)i + 1, i * 13 * 7);
    }
    for (size_t i = 0; i < ELEMENTS(pieces); i++) {
        for (size_t byte = 0; byte < i * 13 * 7; byte++)
            assert_int_equal(pieces[i][byte], (uint8_t)(i + 1));
    }
    assert_true(chunks_out > 1);
    arena_release(&arena);
    assert_int_equal(chunks_out, 0);
}

static void arena_hands_out_large_pieces(void **state)
{
    struct arena arena = start_arena();
    uint8_t *large = arena_alloc(&arena, 3 * MIB + 1, 1);

    (void)state;
    assert_non_null(large);
    memset(large, 1, 3 * MIB + 1);
    assert_non_null(arena_alloc(&arena, 1, 1));
    arena_release(&arena);
    assert_int_equal(chunks_out, 0);
}

static void arena_uses_chunks_to_their_end(void **state)
{
    struct arena arena = start_arena();
    size_t rest;
    void *piece;

    (void)state;
    assert_non_null(arena_alloc(&arena, 1, 1));
    rest = arena.left;
    assert_in_range(rest, ARENA_CHUNK_SIZE - 64, ARENA_CHUNK_SIZE);
    piece = arena_alloc_bulk(&arena, rest);
    assert_non_null(piece);
    memset(piece, 1, rest);
    assert_int_equal(chunks_out, 1);
    assert_non_null(arena_alloc(&arena, 1, 1));
    assert_int_equal(chunks_out, 2);
    arena_release(&arena);
}

/* NULL only means out of memory. */
static void arena_hands_out_nothing(void **state)
{
    struct arena arena = start_arena();

    (void)state;
    assert_non_null(arena_alloc(&arena, 0, 16));
    arena_release(&arena);
}

static void arena_refuses_what_wraps(void **state)
{
    struct arena arena = start_arena();

    (void)state;
    assert_null(arena_alloc(&arena, UINT64_MAX, 1));
    assert_null(arena_alloc(&arena, UINT64_MAX - 15, 1));
    assert_null(arena_alloc(&arena, UINT64_MAX / 8 + 1, 8));
    assert_null(arena_alloc(&arena, UINT64_C(1) << 60, 16));
    assert_int_equal(bytes_asked, 0);
    arena_release(&arena);
}

static void arena_survives_an_empty_provider(void **state)
{
    struct arena arena = start_arena();

    (void)state;
    provider_empty = true;
    assert_null(arena_alloc(&arena, 1, 1));
    assert_null(arena_strndup(&arena, "text", 4));
    provider_empty = false;
    assert_non_null(arena_alloc(&arena, 1, 1));
    provider_empty = true;
    assert_non_null(arena_alloc(&arena, 1, 1)); /* fits the rest of the chunk */
    assert_null(arena_alloc(&arena, MIB, 1));
    arena_release(&arena);
    assert_int_equal(chunks_out, 0);
}

static void arena_is_fresh_after_release(void **state)
{
    struct arena arena = start_arena();

    (void)state;
    assert_non_null(arena_alloc(&arena, 10, 1));
    arena_release(&arena);
    arena_release(&arena);
    assert_string_equal(arena_strndup(&arena, "again", 5), "again");
    assert_int_equal(chunks_out, 1);
    arena_release(&arena);
}

/* Taken chunks remain valid, and the arena continues with new ones. */
static void arena_chunks_can_be_taken(void **state)
{
    struct arena arena = start_arena();
    char *small, *chunks[3];
    size_t sizes[3], sum = 0;

    (void)state;
    small = arena_strndup(&arena, "small", 5);
    assert_non_null(arena_alloc_bulk(&arena, MIB));
    for (size_t i = 0; i < 2; i++) {
        chunks[i] = arena_take_chunk(&arena, &sizes[i]);
        assert_non_null(chunks[i]);
        sum += sizes[i];
    }
    assert_true(sum > MIB);
    assert_null(arena_take_chunk(&arena, &sizes[2]));
    memset(arena_alloc(&arena, 100, 1), 0xff, 100);
    assert_string_equal(small, "small");
    assert_true(small > chunks[1] && small + 6 <= chunks[1] + sizes[1]);
    arena_release(&arena);
    assert_int_equal(chunks_out, 2);
    for (size_t i = 0; i < 2; i++)
        arena.put_chunk(chunks[i], sizes[i]);
    assert_int_equal(chunks_out, 0);
}

static void arena_mark_tells_of_chunks(void **state)
{
    struct arena arena = start_arena();
    const void *before = arena_mark(&arena), *mark;

    (void)state;
    assert_non_null(arena_alloc(&arena, 1, 1));
    mark = arena_mark(&arena);
    assert_ptr_not_equal(mark, before);
    assert_non_null(arena_alloc(&arena, 1, 1)); /* fits the rest of the chunk */
    assert_ptr_equal(arena_mark(&arena), mark);
    assert_non_null(arena_alloc(&arena, MIB, 1));
    assert_ptr_not_equal(arena_mark(&arena), mark);
    arena_release(&arena);
}

static void arena_strndup_cuts(void **state)
{
    struct arena arena = start_arena();
    char *copy = arena_strndup(&arena, "abcdef", 3);

    (void)state;
    assert_string_equal(copy, "abc");
    assert_string_equal(arena_strndup(&arena, "", 0), "");
    assert_string_equal(copy, "abc");
    arena_release(&arena);
}

static void arena_push_keeps_what_was_there(void **state)
{
    struct arena arena = start_arena();
    uint64_t *numbers = NULL;
    size_t capacity = 0;

    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        uint64_t *slot = arena_push(&arena, (void **)&numbers, &capacity, i, sizeof(*numbers));

        assert_non_null(slot);
        assert_ptr_equal(slot, &numbers[i]);
        assert_true(capacity > i);
        *slot = i * i;
        assert_non_null(arena_alloc(&arena, 3, 1)); /* a neighbour */
    }
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(numbers[i], i * i);
    arena_release(&arena);
}

static void arena_push_fails_cleanly(void **state)
{
    struct arena arena = start_arena();
    uint64_t *numbers = NULL;
    size_t capacity = 0;

    (void)state;
    provider_empty = true;
    assert_null(arena_push(&arena, (void **)&numbers, &capacity, 0, sizeof(*numbers)));
    assert_null(numbers);
    assert_int_equal(capacity, 0);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sort_random),
        cmocka_unit_test(sort_patterns),
        cmocka_unit_test(sort_single_bytes),
        cmocka_unit_test(sort_is_never_quadratic),
        cmocka_unit_test(sort_needs_few_comparisons),
        cmocka_unit_test(sort_of_the_reversed_is_linear),
        cmocka_unit_test(sort_of_the_almost_ordered_is_linear),
        cmocka_unit_test(sort_wide_elements),
        cmocka_unit_test(arena_pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(arena_hands_out_large_pieces),
        cmocka_unit_test(arena_uses_chunks_to_their_end),
        cmocka_unit_test(arena_hands_out_nothing),
        cmocka_unit_test(arena_refuses_what_wraps),
        cmocka_unit_test(arena_survives_an_empty_provider),
        cmocka_unit_test(arena_is_fresh_after_release),
        cmocka_unit_test(arena_chunks_can_be_taken),
        cmocka_unit_test(arena_mark_tells_of_chunks),
        cmocka_unit_test(arena_strndup_cuts),
        cmocka_unit_test(arena_push_keeps_what_was_there),
        cmocka_unit_test(arena_push_fails_cleanly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
