/* SPDX-License-Identifier: BSD-2-Clause */
/* An implementation of common/base/arena.h for the address sanitizer: see support.h. */
#include "tests/lib/support.h"

#include "common/base/overflow.h"
#include "common/base/units.h"

#include <sanitizer/asan_interface.h>
#include <stdlib.h>
#include <string.h>

#define GARBAGE      0xa5
#define GARBAGE_SIZE (64 * KIB) /* bytes at each end */
#define SPARE_LEAST  MIB        /* bytes from which pieces are kept */
#define SPARE_MOST   (16 * MIB) /* more, in shadow alone, is too much for a fuzzer */

struct arena_chunk {
    struct arena_chunk *next;
    uint64_t size; /* bytes, with this */
} __attribute__((aligned(16)));

/*
 * Large pieces that nobody has: to map one, and its shadow, takes milliseconds, and thousands of
 * tests take some of the same sizes each.
 */
static struct arena_chunk *spares[4];

static size_t allocations_left = NEVER;
static uint64_t largest = UINT64_MAX;
static bool has_failed;
static size_t pieces;
static uint64_t bytes_in_all;

void arena_fail_after(size_t allocations)
{
    allocations_left = allocations;
    has_failed = false;
}

bool arena_has_failed(void)
{
    return has_failed;
}

void arena_fail_above(uint64_t size)
{
    largest = size;
}

size_t arena_pieces(void)
{
    return pieces;
}

uint64_t arena_bytes(void)
{
    return bytes_in_all;
}

static struct arena_chunk *take_spare(uint64_t size)
{
    for (size_t i = 0; i < ELEMENTS(spares); i++) {
        struct arena_chunk *chunk = spares[i];

        if (!chunk || chunk->size != size)
            continue;
        spares[i] = NULL;
        ASAN_UNPOISON_MEMORY_REGION(chunk + 1, size - sizeof(*chunk));
        return chunk;
    }
    return NULL;
}

/* A large one takes the place of what has been spare for longest. */
static void free_chunk(struct arena_chunk *chunk)
{
    static size_t oldest;

    pieces--;
    if (chunk->size >= SPARE_LEAST && chunk->size <= SPARE_MOST) {
        struct arena_chunk *old = spares[oldest];

        ASAN_POISON_MEMORY_REGION(chunk + 1, chunk->size - sizeof(*chunk));
        spares[oldest] = chunk;
        oldest = (oldest + 1) % ELEMENTS(spares);
        chunk = old;
    }
    free(chunk);
}

/* Zeroes, unless a spare piece will do. */
static void *alloc(struct arena *arena, uint64_t count, size_t size, bool may_be_spare)
{
    struct arena_chunk *chunk = NULL;
    uint64_t bytes;

    if (!checked_mul(count, size, &bytes) || !checked_add(bytes, sizeof(*chunk), &bytes))
        return NULL;
    if (allocations_left == 0 || bytes > largest) {
        has_failed = true;
        return NULL;
    }
    if (may_be_spare)
        chunk = take_spare(bytes);
    if (!chunk && !(chunk = calloc(1, bytes)))
        return NULL;
    if (allocations_left != NEVER)
        allocations_left--;
    chunk->size = bytes;
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    pieces++;
    bytes_in_all += count * size;
    return chunk + 1;
}

void *arena_alloc(struct arena *arena, uint64_t count, size_t size)
{
    return alloc(arena, count, size, false);
}

/*
 * Filled with garbage, so that tests notice uninitialized bytes: at both ends, because thousands of
 * tests allocate megabytes that they hardly use.
 */
void *arena_alloc_bulk(struct arena *arena, uint64_t size)
{
    uint8_t *memory = alloc(arena, size, 1, true);
    size_t filled = (size_t)min_u64(size, GARBAGE_SIZE);

    if (!memory)
        return NULL;
    memset(memory, GARBAGE, filled);
    memset(memory + size - filled, GARBAGE, filled);
    return memory;
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, (uint64_t)length + 1, 1);

    return copy ? memcpy(copy, text, length) : NULL;
}

/* An array may start inside a larger allocation, which is kept. */
static void free_piece(struct arena *arena, void *memory)
{
    struct arena_chunk **link = &arena->chunks;
    struct arena_chunk *chunk = (struct arena_chunk *)memory - 1;

    while (*link && *link != chunk)
        link = &(*link)->next;
    if (!*link)
        return;
    *link = chunk->next;
    free_chunk(chunk);
}

void *arena_push(struct arena *arena, void **array, size_t *capacity, size_t count, size_t size)
{
    void *grown;

    if (count < *capacity) /* an array that is filled again */
        return (uint8_t *)*array + count * size;
    grown = arena_alloc(arena, count + 1, size);
    if (!grown)
        return NULL;
    if (count > 0) {
        memcpy(grown, *array, count * size);
        free_piece(arena, *array);
    }
    *array = grown;
    *capacity = count + 1;
    return (uint8_t *)grown + count * size;
}

void arena_release(struct arena *arena)
{
    while (arena->chunks) {
        struct arena_chunk *chunk = arena->chunks;

        arena->chunks = chunk->next;
        free_chunk(chunk);
    }
}

void arena_begin_test(struct arena *arena)
{
    *arena = (struct arena){0};
    arena_fail_after(NEVER);
}

int arena_end_test(struct arena *arena)
{
    arena_fail_after(NEVER);
    arena_release(arena);
    return arena_pieces() == 0 ? 0 : -1;
}
