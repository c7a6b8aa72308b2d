/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compiled without sanitizers: what is between variables is protected, and copied too. For the same
 * reason nothing here may call memcpy(), which the address sanitizer checks.
 */
#include "tests/firmware/fake/pristine.h"

#include "common/base/overflow.h"
#include "common/base/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define WORDS (PAGE_SIZE / sizeof(uint64_t))

/* From the linker's own script: .data, .bss, and behind it the counters of `make coverage`. */
extern uint8_t __data_start[], _end[];

static uint64_t *first, *kept;
static size_t page_count;

static void copy_page(uint64_t *target, const uint64_t *source)
{
    size_t words = WORDS;

    __asm__ volatile("rep movsq" : "+D"(target), "+S"(source), "+c"(words) : : "memory");
}

static bool is_same(const uint64_t *a, const uint64_t *b)
{
    uint64_t difference = 0;

    for (size_t i = 0; i < WORDS; i++)
        difference |= a[i] ^ b[i];
    return difference == 0;
}

void pristine_keep(void)
{
    uint64_t start = align_down((uintptr_t)__data_start, PAGE_SIZE);

    first = (uint64_t *)start;
    page_count = (align_up((uintptr_t)_end, PAGE_SIZE) - start) / PAGE_SIZE;
    kept = mmap(NULL, page_count * PAGE_SIZE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (kept == MAP_FAILED) {
        perror("mmap");
        exit(2);
    }
    for (size_t i = 0; i < page_count; i++)
        copy_page(kept + i * WORDS, first + i * WORDS);
}

void pristine_restore(void)
{
    for (size_t i = 0; i < page_count; i++) {
        if (!is_same(first + i * WORDS, kept + i * WORDS))
            copy_page(first + i * WORDS, kept + i * WORDS);
    }
}
