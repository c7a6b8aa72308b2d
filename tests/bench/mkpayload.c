/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes a payload of SIZE bytes, a multiple of 64 KiB, to standard output. */
#include "tests/bench/payload.h"

#include <stdio.h>
#include <stdlib.h>

#define WORDS 16384

int main(int argument_count, char **arguments)
{
    static uint32_t words[WORDS];
    uint32_t seed, count;

    if (argument_count != 3) {
        fprintf(stderr, "usage: mkpayload SEED SIZE\n");
        return 2;
    }
    seed = (uint32_t)strtoul(arguments[1], NULL, 10);
    count = (uint32_t)(strtoul(arguments[2], NULL, 10) / sizeof(*words));
    for (uint32_t done = 0; done < count; done += WORDS) {
        for (uint32_t i = 0; i < WORDS; i++)
            words[i] = payload_word(seed, done + i);
        if (fwrite(words, sizeof(words), 1, stdout) != 1) {
            perror("mkpayload");
            return 1;
        }
    }
    return 0;
}
