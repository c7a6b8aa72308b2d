/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An arena allocator for all small allocations of a boot. Allocations are released all at once, so
 * an error path has one thing to release. Chunks come from a provider: firmware pages in the
 * loader, malloc on the host, a failing provider in tests.
 */
#pragma once

#include "common/base/units.h"

#include <stddef.h>
#include <stdint.h>

/* The size that chunks have unless more is needed. An ordinary boot fits in one: one firmware call.
 */
#define ARENA_CHUNK_SIZE (64 * KIB)

struct arena_chunk;

struct arena {
    /* Returns at least `size` bytes, 16-byte aligned, and their number; NULL when out of memory. */
    void *(*get_chunk)(size_t size, size_t *ret_size);
    /* Frees a chunk; `size` is what get_chunk() returned in *ret_size. */
    void (*put_chunk)(void *chunk, size_t size);
    struct arena_chunk *chunks;
    uint8_t *free;
    size_t left;
};

/* Allocates `count` zeroed elements of `size` bytes, 16-byte aligned. NULL when out of memory. */
void *arena_alloc(struct arena *arena, uint64_t count, size_t size);

/* Allocates `size` bytes without clearing them, 16-byte aligned, for buffers about to be filled. */
void *arena_alloc_bulk(struct arena *arena, uint64_t size);

/* Copies `length` bytes and appends a NUL. NULL when out of memory. */
char *arena_strndup(struct arena *arena, const char *text, size_t length);

/*
 * Makes room for one more element in a growing array in the arena: *array has *capacity elements,
 * `count` of them used. Returns the slot for element `count`, uninitialized; NULL when out of
 * memory.
 */
void *arena_push(struct arena *arena, void **array, size_t *capacity, size_t count, size_t size);

/* A value that changes whenever the arena gets another chunk, and only then. */
const void *arena_mark(const struct arena *arena);

/*
 * Removes one chunk from the arena and hands it to the caller, who frees it as put_chunk() would.
 * Allocations inside the chunk stay valid until then. NULL when no chunk is left.
 */
void *arena_take_chunk(struct arena *arena, size_t *ret_size);

/* Frees all chunks. The arena can be used again. */
void arena_release(struct arena *arena);
