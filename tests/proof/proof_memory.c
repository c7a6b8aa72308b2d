/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memcpy() and the like, for proofs: CBMC's own leave an array of structures as it was when the
 * length is not a constant. Copies are made in words where the length is a multiple of one: a word
 * is easier on a solver than its bytes.
 */
#include <stddef.h>
#include <stdint.h>

#define WORD sizeof(uint64_t)

void *memcpy(void *target, const void *source, size_t length)
{
    if (length % WORD == 0) {
        for (size_t i = 0; i < length / WORD; i++)
            ((uint64_t *)target)[i] = ((const uint64_t *)source)[i];
        return target;
    }
    for (size_t i = 0; i < length; i++)
        ((uint8_t *)target)[i] = ((const uint8_t *)source)[i];
    return target;
}

/* Both loops end where their counter wraps. */
#pragma CPROVER check push
#pragma CPROVER check disable "unsigned-overflow"
static void move_up(void *target, const void *source, size_t length)
{
    if (length % WORD == 0) {
        for (size_t i = length / WORD; i-- > 0;)
            ((uint64_t *)target)[i] = ((const uint64_t *)source)[i];
        return;
    }
    for (size_t i = length; i-- > 0;)
        ((uint8_t *)target)[i] = ((const uint8_t *)source)[i];
}
#pragma CPROVER check pop

void *memmove(void *target, const void *source, size_t length)
{
    if ((uintptr_t)target > (uintptr_t)source)
        move_up(target, source, length);
    else
        memcpy(target, source, length);
    return target;
}
