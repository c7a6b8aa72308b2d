/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wraps the loader's arena (linker option --wrap): each allocation is followed by a few bytes that
 * the address sanitizer protects. Pages are unpoisoned when they are allocated again. Where nothing
 * is spare, each allocation calls AllocatePages, and so can be the one that fails.
 */
#include "common/base/arena.h"
#include "common/base/overflow.h"
#include "tests/firmware/fake/physical.h"

#include <sanitizer/asan_interface.h>
#include <string.h>

#define ZONE_SIZE UINT64_C(32)

void *__real_arena_alloc(struct arena *arena, uint64_t count, size_t size);
void *__wrap_arena_alloc(struct arena *arena, uint64_t count, size_t size);
void *__real_arena_alloc_bulk(struct arena *arena, uint64_t size);
void *__wrap_arena_alloc_bulk(struct arena *arena, uint64_t size);
char *__real_arena_strndup(struct arena *arena, const char *text, size_t length);
char *__wrap_arena_strndup(struct arena *arena, const char *text, size_t length);
void *__real_arena_push(struct arena *arena, void **array, size_t *capacity, size_t count,
                        size_t size);
void *__wrap_arena_push(struct arena *arena, void **array, size_t *capacity, size_t count,
                        size_t size);
void *__real_arena_take_chunk(struct arena *arena, size_t *ret_size);
void *__wrap_arena_take_chunk(struct arena *arena, size_t *ret_size);
void __wrap_arena_release(struct arena *arena);

/* What is left over of an allocation's pages is not for the next one. */
static void *spare_nothing(struct arena *arena, void *memory)
{
    if (memory_ways.no_spare)
        arena->left = 0;
    return memory;
}

static void *with_zone(void *memory, uint64_t size)
{
    if (memory)
        ASAN_POISON_MEMORY_REGION((uint8_t *)memory + size, ZONE_SIZE);
    return memory;
}

void *__wrap_arena_alloc(struct arena *arena, uint64_t count, size_t size)
{
    uint64_t bytes, all;

    if (!checked_mul(count, size, &bytes) || !checked_add(bytes, ZONE_SIZE, &all))
        return __real_arena_alloc(arena, count, size);
    return spare_nothing(arena, with_zone(__real_arena_alloc(arena, all, 1), bytes));
}

void *__wrap_arena_alloc_bulk(struct arena *arena, uint64_t size)
{
    uint64_t all;

    if (!checked_add(size, ZONE_SIZE, &all))
        return __real_arena_alloc_bulk(arena, size);
    return spare_nothing(arena, with_zone(__real_arena_alloc_bulk(arena, all), size));
}

/* These two call the real ones above. */
char *__wrap_arena_strndup(struct arena *arena, const char *text, size_t length)
{
    return spare_nothing(arena, __real_arena_strndup(arena, text, length));
}

void *__wrap_arena_push(struct arena *arena, void **array, size_t *capacity, size_t count,
                        size_t size)
{
    return spare_nothing(arena, __real_arena_push(arena, array, capacity, count, size));
}

/* The whole chunk belongs to the caller now. */
void *__wrap_arena_take_chunk(struct arena *arena, size_t *ret_size)
{
    void *chunk = __real_arena_take_chunk(arena, ret_size);

    if (chunk)
        ASAN_UNPOISON_MEMORY_REGION(chunk, *ret_size);
    return chunk;
}

/* What the loader keeps for the next arena is no longer what it was. */
void __wrap_arena_release(struct arena *arena)
{
    size_t size;
    void *chunk;

    while ((chunk = __wrap_arena_take_chunk(arena, &size))) {
        memset(chunk, 0xaf, size);
        arena->put_chunk(chunk, size);
    }
}
