/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory for everything small that a boot needs. Pieces are handed out and all given back at once,
 * so an error path has one thing to release. The memory behind it comes from a provider: firmware
 * pages in the loader, malloc on the host, a failing one in tests.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct arena_chunk;

struct arena {
    /* Returns at least `size` bytes, 16-byte aligned, and how many; NULL when there are none. */
    void *(*get_chunk)(size_t size, size_t *ret_size);
    void (*put_chunk)(void *chunk, size_t size);
    struct arena_chunk *chunks;
    uint8_t *free;
    size_t left;
};

/* `count` zeroed elements of `size` bytes, 16-byte aligned, or NULL. Owned by the arena. */
void *arena_alloc(struct arena *arena, uint64_t count, size_t size);

/* Bytes as they are, for bulk that is about to be written: clearing it would cost as much. */
void *arena_alloc_bulk(struct arena *arena, uint64_t size);

/* A copy of `length` bytes with a NUL behind them, or NULL. */
char *arena_strndup(struct arena *arena, const char *text, size_t length);

/*
 * Makes room for one more element in a growing array that lives in the arena: *array with *capacity
 * elements of which `count` are used. Returns the slot for element `count`, or NULL.
 */
void *arena_push(struct arena *arena, void **array, size_t *capacity, size_t count, size_t size);

/* Changes whenever the arena has taken more of the memory behind it, and only then. */
const void *arena_mark(const struct arena *arena);

/*
 * Takes one piece of the memory behind it out of the arena: the caller's from now on, as
 * put_chunk() wants it back. What was allocated in it stays where it is. NULL when there is none
 * left.
 */
void *arena_take_chunk(struct arena *arena, size_t *ret_size);

/* Gives everything back. The arena can be used again. */
void arena_release(struct arena *arena);
