/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/base/arena.h"

#include "common/base/overflow.h"

#include <string.h>

#define ARENA_ALIGNMENT 16

struct arena_chunk {
    struct arena_chunk *next;
    size_t size;
} __attribute__((aligned(ARENA_ALIGNMENT)));

static bool add_chunk(struct arena *arena, uint64_t size)
{
    uint64_t wanted;
    size_t got;
    struct arena_chunk *chunk;

    if (!checked_add(size, sizeof(*chunk), &wanted) || wanted > SIZE_MAX)
        return false;
    chunk = arena->get_chunk((size_t)max_u64(wanted, ARENA_CHUNK_SIZE), &got);
    if (!chunk)
        return false;
    chunk->next = arena->chunks;
    chunk->size = got;
    arena->chunks = chunk;
    arena->free = (uint8_t *)(chunk + 1);
    arena->left = got - sizeof(*chunk);
    return true;
}

void *arena_alloc_bulk(struct arena *arena, uint64_t size)
{
    uint64_t bytes;
    void *memory;

    /* Zero bytes get an address too, because NULL means out of memory. */
    if (!checked_align_up(max_u64(size, 1), ARENA_ALIGNMENT, &bytes))
        return NULL;
    if (bytes > arena->left && !add_chunk(arena, bytes))
        return NULL;
    memory = arena->free;
    arena->free += bytes;
    arena->left -= (size_t)bytes;
    return memory;
}

void *arena_alloc(struct arena *arena, uint64_t count, size_t size)
{
    uint64_t bytes;
    void *memory;

    if (!checked_mul(count, size, &bytes))
        return NULL;
    memory = arena_alloc_bulk(arena, bytes);
    return memory ? memset(memory, 0, (size_t)bytes) : NULL;
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, (uint64_t)length + 1, 1);

    return copy ? memcpy(copy, text, length) : NULL;
}

void *arena_push(struct arena *arena, void **array, size_t *capacity, size_t count, size_t size)
{
    size_t bigger = *capacity ? *capacity * 2 : 16;
    void *grown;

    if (count == *capacity) {
        grown = arena_alloc(arena, bigger, size);
        if (!grown)
            return NULL;
        if (count > 0)
            memcpy(grown, *array, count * size);
        *array = grown;
        *capacity = bigger;
    }
    return (uint8_t *)*array + count * size;
}

const void *arena_mark(const struct arena *arena)
{
    return arena->chunks;
}

void *arena_take_chunk(struct arena *arena, size_t *ret_size)
{
    struct arena_chunk *chunk = arena->chunks;

    arena->free = NULL;
    arena->left = 0;
    if (!chunk)
        return NULL;
    arena->chunks = chunk->next;
    *ret_size = chunk->size;
    return chunk;
}

void arena_release(struct arena *arena)
{
    size_t size;
    void *chunk;

    while ((chunk = arena_take_chunk(arena, &size)))
        arena->put_chunk(chunk, size);
}
