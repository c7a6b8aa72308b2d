/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The few C library functions that the shared code and the compiler call, but for memcpy() and
 * memset(), of which each architecture has its own.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): glibc's names start with __ */

/* Eight bytes at any address. */
struct word {
    uint64_t value;
} __attribute__((packed, may_alias));

/* Towards lower addresses, or to a place apart, memcpy() reads all bytes before it overwrites them.
 */
void *memmove(void *to, const void *from, size_t size)
{
    uint8_t *target = to;
    const uint8_t *source = from;

    if (target <= source || target >= source + size)
        return memcpy(to, from, size);
    for (; size >= sizeof(struct word); size -= sizeof(struct word))
        *(struct word *)(target + size - sizeof(struct word)) =
            *(const struct word *)(source + size - sizeof(struct word));
    while (size-- > 0)
        target[size] = source[size];
    return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const uint8_t *left = a;
    const uint8_t *right = b;

    for (size_t i = 0; i < size; i++) {
        if (left[i] != right[i])
            return left[i] - right[i];
    }
    return 0;
}

size_t strlen(const char *text)
{
    size_t length = 0;

    while (text[length])
        length++;
    return length;
}

size_t strnlen(const char *text, size_t limit)
{
    size_t length = 0;

    while (length < limit && text[length])
        length++;
    return length;
}

int strncmp(const char *a, const char *b, size_t limit)
{
    for (size_t i = 0; i < limit; i++) {
        if (a[i] != b[i] || !a[i])
            return (uint8_t)a[i] - (uint8_t)b[i];
    }
    return 0;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, SIZE_MAX);
}

char *strchr(const char *text, int character)
{
    for (; *text != (char)character; text++) {
        if (!*text)
            return NULL;
    }
    return (char *)(uintptr_t)text;
}

char *strstr(const char *text, const char *wanted)
{
    size_t length = strlen(wanted);

    for (; strncmp(text, wanted, length) != 0; text++) {
        if (!*text)
            return NULL;
    }
    return (char *)(uintptr_t)text;
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
