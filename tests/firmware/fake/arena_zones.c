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
void *__real_arena_take_chunk(struct arena *arena, size_t *ret_size);
void *__wrap_arena_take_chunk(struct arena *arena, size_t *ret_size);
void __wrap_arena_release(struct arena *arena);

/* The next allocation does not get what the last one has left over. */
static void leave_nothing(struct arena *arena)
{
    if (memory_ways.no_spare)
        arena->left = 0;
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
    void *memory;

    if (!checked_mul(count, size, &bytes) || !checked_add(bytes, ZONE_SIZE, &all))
        return __real_arena_alloc(arena, count, size);
    leave_nothing(arena);
    memory = __real_arena_alloc(arena, all, 1);
    leave_nothing(arena); /* nor does arena_push(), which calls it without this detour */
    return with_zone(memory, bytes);
}

void *__wrap_arena_alloc_bulk(struct arena *arena, uint64_t size)
{
    uint64_t all;

    if (!checked_add(size, ZONE_SIZE, &all))
        return __real_arena_alloc_bulk(arena, size);
    leave_nothing(arena);
    return with_zone(__real_arena_alloc_bulk(arena, all), size);
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
