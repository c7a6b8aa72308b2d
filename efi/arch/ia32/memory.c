/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memcpy() and memset() move four bytes at a time: some firmware's CopyMem() and SetMem() move
 * single bytes.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): glibc's names start with __ */

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    void *start = to;
    size_t words = size / 4;
    size_t bytes = size % 4;

    __asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
    return start;
}

void *memset(void *to, int value, size_t size)
{
    void *start = to;
    uint32_t pattern = UINT32_C(0x01010101) * (uint8_t)value;
    size_t words = size / 4;
    size_t bytes = size % 4;

    __asm__ volatile("rep stosl" : "+D"(to), "+c"(words) : "a"(pattern) : "memory");
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(pattern) : "memory");
    return start;
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
