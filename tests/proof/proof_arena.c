/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * common/base/arena.h for proofs. Any allocation may be refused, and those above PROOF_LARGEST
 * bytes are. A piece ends where its object ends, so that every access behind it is found; objects
 * of one size are easier on a solver than pieces of any size.
 */
#include "common/base/arena.h"

#include "common/base/overflow.h"
#include "tests/proof/nondet.h"

#include <stdlib.h>

#ifndef PROOF_LARGEST
#define PROOF_LARGEST 256
#endif

void *arena_alloc(struct arena *arena, uint64_t count, size_t size)
{
    uint64_t bytes;
    uint8_t *object;

    (void)arena;
    if (!checked_mul(count, size, &bytes) || bytes > PROOF_LARGEST)
        return NULL;
    object = calloc(1, PROOF_LARGEST);
    return object ? object + (PROOF_LARGEST - bytes) : NULL;
}

void *arena_alloc_bulk(struct arena *arena, uint64_t size)
{
    uint8_t *object;

    (void)arena;
    if (size > PROOF_LARGEST)
        return NULL;
    object = malloc(PROOF_LARGEST);
    return object ? object + (PROOF_LARGEST - size) : NULL;
}
