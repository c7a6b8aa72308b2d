/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * There is no heap. Each library is given an allocator by its caller; if it falls back to these
 * functions, they fail.
 */
#pragma once

#include <stddef.h>

static inline void *malloc(size_t size)
{
    (void)size;
    return NULL;
}

static inline void *calloc(size_t count, size_t size)
{
    (void)count;
    (void)size;
    return NULL;
}

static inline void free(void *memory)
{
    (void)memory;
}
