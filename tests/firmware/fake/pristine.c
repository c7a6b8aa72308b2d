/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compiled without sanitizers: what is between variables is protected, and copied too. For the same
 * reason nothing here may call memcpy(), which the address sanitizer checks.
 */
#include "tests/firmware/fake/pristine.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define PAGE  4096
#define WORDS (PAGE / sizeof(uint64_t))

/* From the linker's own script: .data, .bss, and behind it the counters of `make coverage`. */
extern uint8_t __data_start[], _end[];

static uint64_t *first, *kept;
static size_t page_count;

static void copy_page(uint64_t *target, const uint64_t *source)
{
    size_t words = WORDS;

    __asm__ volatile("rep movsq" : "+D"(target), "+S"(source), "+c"(words) : : "memory");
}

static int is_same(const uint64_t *a, const uint64_t *b)
{
    uint64_t difference = 0;

    for (size_t i = 0; i < WORDS; i++)
        difference |= a[i] ^ b[i];
    return difference == 0;
}

void pristine_keep(void)
{
    uintptr_t start = (uintptr_t)__data_start & ~(uintptr_t)(PAGE - 1);

    first = (uint64_t *)start;
    page_count = ((uintptr_t)_end - start + PAGE - 1) / PAGE;
    kept = mmap(NULL, page_count * PAGE, PROT_READ | PROT_WRITE,
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
    uint64_t *live = first;
    const uint64_t *was = kept;

    for (size_t left = page_count; left > 0; left--, live += WORDS, was += WORDS) {
        if (!is_same(live, was))
            copy_page(live, was);
    }
}
