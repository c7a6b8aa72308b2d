/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fake firmware runs the loader tens of thousands of times, in a thousand processes. To merge
 * the counters of each into GCC's files would take longer than the runs. Here they are added up in
 * memory that all processes share, and the parent's exit() writes the sum.
 */
#include "tests/coverage/shared_counters.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

extern uint64_t counters_start[], counters_end[]; /* counters.lds */

static uint64_t *totals;

static size_t counter_count(void)
{
    return (size_t)(counters_end - counters_start);
}

/* In a new process, whose counters are its parent's. */
static void clear_counters(void)
{
    memset(counters_start, 0, counter_count() * sizeof(*counters_start));
}

void shared_counters_add(void)
{
    for (size_t i = 0; i < counter_count(); i++) {
        if (counters_start[i])
            __atomic_fetch_add(&totals[i], counters_start[i], __ATOMIC_RELAXED);
    }
}

static void take_totals(void)
{
    for (size_t i = 0; i < counter_count(); i++)
        counters_start[i] += totals[i];
}

static void __attribute__((constructor)) share_counters(void)
{
    totals = mmap(NULL, counter_count() * sizeof(*totals), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (totals == MAP_FAILED || pthread_atfork(NULL, NULL, clear_counters) != 0 ||
        atexit(take_totals) != 0)
        abort();
}
