/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How fast SHA-256 is on this processor, by each implementation: of a MiB that is in its cache, and
 * of memory that is not. The best of several rounds counts, in processor time.
 */
#include "common/base/overflow.h"
#include "common/base/units.h"
#include "common/hash/sha256.h"
#include "pvh/platform/sha_extensions.h"
#include "tools/pvhinfo/host/processor.h"

#include <emmintrin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SIZE       (256 * MIB)
#define ROUNDS     5
#define TARGET     3.0
#define CACHE_LINE 64

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void flush(const uint8_t *memory, size_t size)
{
    for (size_t i = 0; i < size; i += CACHE_LINE)
        _mm_clflush(memory + i);
    _mm_mfence();
}

/* Hashes SIZE bytes, `piece` bytes of memory again and again. In bytes a second. */
static double measure(const uint8_t *memory, size_t piece, bool extensions)
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    double best = 0;

    for (unsigned round = 0; round < ROUNDS; round++) {
        struct sha256 hash;
        double start;

        flush(memory, piece);
        sha256_init(&hash, extensions);
        start = now();
        for (size_t done = 0; done < SIZE; done += piece)
            sha256_update(&hash, memory, piece);
        sha256_final(&hash, digest);
        if (best < SIZE / (now() - start))
            best = SIZE / (now() - start);
    }
    return best;
}

static double print_row(const char *name, const uint8_t *memory, bool extensions)
{
    double cached = measure(memory, MIB, extensions);
    double uncached = measure(memory, SIZE, extensions);

    printf("SHA-256, %-15s %6.0f MB a second from the cache, %6.0f from memory\n", name,
           cached / 1e6, uncached / 1e6);
    return cached;
}

int main(void)
{
    struct processor processor = host_processor();
    uint8_t *memory = malloc(SIZE);
    double portable, extensions;

    if (!memory) {
        fprintf(stderr, "hash: no memory for %llu bytes\n", (unsigned long long)SIZE);
        return 1;
    }
    memset(memory, 1, SIZE);
    portable = print_row("portable:", memory, false);
    if (sha_extensions_exist(&processor)) {
        extensions = print_row("SHA extensions:", memory, true);
        printf("ratio %.1f, to be at least %.1f\n", extensions / portable, TARGET);
    } else {
        printf("This processor has no SHA extensions.\n");
    }
    free(memory);
    return 0;
}
